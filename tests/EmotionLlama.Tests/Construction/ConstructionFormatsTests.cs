using EmotionLlama.Construction;
using EmotionLlama.Datasets;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Tests.Construction;

public sealed class ConstructionFormatsTests
{
    private const string Good =
        """{"consistent": true, "description": "A smile.", "reasoning": "She smiles,\nso she is glad.", "emotion": "happy"}""";

    [Theory]
    [InlineData(Good)]
    [InlineData("```json\n" + Good + "\n```")]
    [InlineData("<think>{\"emotion\": \"sad\"}</think>Here it is: " + Good)]
    public void A_synthesis_is_read_however_it_is_wrapped(string answer) => Assert.Equal(
        new Synthesis(true, "A smile.", "She smiles, so she is glad.", Emotion.Happy),
        ConstructionFormats.Synthesis.Read(answer));

    [Theory]
    [InlineData("Happy")]
    [InlineData("happiness")]
    [InlineData("She is delighted.")]
    public void The_emotion_may_be_worded_otherwise(string word) => Assert.Equal(
        Emotion.Happy,
        ConstructionFormats.Synthesis.Read(Good.Replace("\"happy\"", $"\"{word}\"", StringComparison.Ordinal))!.Emotion);

    [Fact]
    public void A_refusal_is_an_answer() =>
        Assert.Null(ConstructionFormats.Synthesis.Read("I'm sorry, but I cannot help with that."));

    [Theory]
    [InlineData("The person is happy.", "it has no JSON object")]
    [InlineData(Good + Good, "it has more than one JSON object")]
    [InlineData("{\"consistent\": true}", "it has no 'emotion'")]
    [InlineData("""{"consistent": "yes", "description": "a", "reasoning": "b", "emotion": "sad"}""",
        "its 'consistent' is neither true nor false")]
    [InlineData("""{"consistent": true, "description": "a", "reasoning": ["b"], "emotion": "sad"}""",
        "its 'reasoning' is no text")]
    [InlineData("""{"consistent": true, "description": "a", "reasoning": "b", "emotion": "hungry"}""",
        "'hungry' names none of the emotions")]
    public void What_is_not_as_asked_for_is_named(string answer, string problem) => Assert.Equal(
        problem, Assert.Throws<UnreadableAnswerException>(() => ConstructionFormats.Synthesis.Read(answer)).Message);

    [Fact]
    public void A_clue_is_one_line_without_thoughts() =>
        Assert.Equal("A dim room.", ConstructionFormats.Vision.Read("<think>hm</think>\nA dim\n room. "));

    [Fact]
    public void An_empty_clue_is_refused() =>
        Assert.Throws<UnreadableAnswerException>(() => ConstructionFormats.Audio.Read("<think>hm</think> "));
}
