using EmotionLlama.Endpoints;
using EmotionLlama.Scoring.Judging;

namespace EmotionLlama.Tests.Scoring.Judging;

public sealed class ScoreReaderTests
{
    [Theory]
    [InlineData("""{"truth_clues": ["a smile"], "prediction_clues": [], "reason": "none", "score": 0}""", 0)]
    [InlineData("""{"score": 7.5}""", 7.5)]
    [InlineData("""{"score": 10.0, "reason": "5 of 5 clues"}""", 10)]
    [InlineData("""{"score": "7"}""", 7)]
    [InlineData("""{"score": "7/10"}""", 7)]
    [InlineData("""{"Score": "7 out of 10",}""", 7)]
    [InlineData("""{"final score": 3}""", 3)]
    [InlineData("""{"result": {"clue": "a", "score": 4}}""", 4)]
    [InlineData("""{"clues": [{"clue": "smile", "score": 1}], "score": 7}""", 7)]
    [InlineData("""{"reason": "he says {hm} and \"}\"", "score": 6}""", 6)]
    [InlineData("""{"得分": 8, "原因": "相近"}""", 8)]
    [InlineData("""{"预测分数"：8}""", 8)]
    [InlineData("Here you are:\n```json\n{\"score\": 7}\n```\nShall I go on?", 7)]
    [InlineData("<think>Perhaps score: 3, or 4.</think>{\"score\": 7}", 7)]
    [InlineData("{'score': 7, 'reason': 'half'}", 7)]
    [InlineData("Score: 7/10", 7)]
    [InlineData("**Score:** 7", 7)]
    [InlineData("Score (0-10): 7.", 7)]
    [InlineData("On a scale from 0 to 10, the score is 6.5.", 6.5)]
    [InlineData("The overlap is fair. I give it 7 out of 10.", 7)]
    [InlineData("score = 7\nReason: 3 of the 5 clues are there.", 7)]
    [InlineData("Rating: 10 / 10, so the score is 10.", 10)]
    [InlineData("7", 7)]
    [InlineData(" 7.5\n", 7.5)]
    [InlineData("7/10", 7)]
    [InlineData("得分：7", 7)]
    [InlineData("得分：７．５", 7.5)]
    [InlineData("预测分数：8；原因：情感相近", 8)]
    [InlineData("'预测分数'：8；'原因'：有 3 条线索相同", 8)]
    [InlineData("７分（满分10分）", 7)]
    [InlineData("分数为6分。", 6)]
    public void Scores_are_read_however_they_are_written(string answer, double score) =>
        Assert.Equal(score, ScoreReader.Read(answer));

    [Theory]
    [InlineData("")]
    [InlineData("I cannot rate this.")]
    [InlineData("""{"reason": "none"}""")]
    [InlineData("""{"score": null}""")]
    [InlineData("""{"score": true}""")]
    [InlineData("""{"score": "high"}""")]
    [InlineData("""{"score": ""}""")]
    [InlineData("""{"score": [7]}""")]
    [InlineData("""{"score": 11}""")]
    [InlineData("""{"score": -1}""")]
    [InlineData("""{"score": 85}""")]
    [InlineData("""{"score": "70/100"}""")]
    [InlineData("""{"score": 1e400}""")]
    [InlineData("""{"score": 3, "score": 7}""")]
    [InlineData("""{"score": 3} or rather {"score": 7}""")]
    [InlineData("""{"clue_overlap": 3, "label_overlap": 7}""")]
    [InlineData("Score: 70/100")]
    [InlineData("Score: 70%")]
    [InlineData("70%")]
    [InlineData("Score: 7-8")]
    [InlineData("Score: 7 to 8")]
    [InlineData("7 or 8")]
    [InlineData("Score: 7,5")]
    [InlineData("Score: 11")]
    [InlineData("Score: -3")]
    [InlineData("Score: seven")]
    [InlineData("Score (0-10):")]
    [InlineData("Score: 3 of 5 clues are there")]
    [InlineData("Score: 3 clues")]
    [InlineData("Clue score: 7. Label score: 4.")]
    [InlineData("There are 3 clues and 2 emotions.")]
    [InlineData("The overlap is 3 clues out of 5.")]
    [InlineData("7/10 clues were found")]
    [InlineData("得分：7-8分")]
    [InlineData("得分：十一")]
    [InlineData("{\"reason\": \"all there\", \"score\": 1")]
    [InlineData("得分：70分")]
    public void What_is_missing_out_of_range_or_ambiguous_is_refused(string answer) =>
        Assert.Throws<UnreadableAnswerException>(() => ScoreReader.Read(answer));

    [Fact]
    public void An_endless_answer_is_read_in_no_time()
    {
        var padding = new string(' ', 100_000);

        Assert.Equal(7, ScoreReader.Read($"{{\"score\":{padding}7,{padding}"));
        Assert.Throws<UnreadableAnswerException>(() => ScoreReader.Read($"score{padding}: none. 7{padding}x"));
        Assert.Throws<UnreadableAnswerException>(() => ScoreReader.Read(new string('{', 5_000)));
    }
}
