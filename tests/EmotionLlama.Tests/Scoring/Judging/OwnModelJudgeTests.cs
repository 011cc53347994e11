using EmotionLlama.Configuration;
using EmotionLlama.Generation;
using EmotionLlama.Scoring.Judging;
using EmotionLlama.Tests.Generation;

namespace EmotionLlama.Tests.Scoring.Judging;

/// <summary>Our own model as the judge. A random one gives no sensible scores.</summary>
public sealed class OwnModelJudgeTests
{
    [Theory]
    [InlineData(4096, "cannot be used")]
    [InlineData(64, "shorten it")]
    public async Task What_the_model_cannot_score_is_listed_and_not_scored(int positions, string failure)
    {
        using var folder = new TemporaryFolder();
        using var tiny = new TinyModel(positions);
        using var client = new LlamaChatClient(
            tiny.Model, tiny.Prompts.Tokenizer, "tiny", new() { MaxNewTokens = 8 });
        var recipe = new JudgeRecipe { Model = "another", MaxRetries = 0 };
        var judge = new ChatJudge(client, recipe, folder.Location, JudgedScores.ClueOverlap);

        var scores = await StubRun.ScoreAsync(judge, StubJudgement.Pairs(2));

        Assert.Equal("tiny", judge.Name);
        Assert.Equal(2, scores.Length);
        Assert.All(scores, score =>
        {
            Assert.Null(score.ClueOverlap);
            Assert.Contains(failure, score.Failure, StringComparison.Ordinal);
        });
    }
}
