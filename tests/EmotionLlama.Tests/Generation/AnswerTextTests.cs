using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>What is left of the text a model writes.</summary>
public sealed class AnswerTextTests
{
    [Theory]
    [InlineData("  She is worried. \n", "She is worried.")]
    [InlineData("She is worried.</s> And more", "She is worried.")]
    [InlineData("<s> She is <s>worried.", "She is worried.")]
    [InlineData("[INST] Why? [/INST] Because. [/INST] She is worried.", "She is worried.")]
    [InlineData("[INST] Why? [/INST] She is worried.</s> [/INST] more", "She is worried.")]
    [InlineData("", "")]
    public void Marks_and_white_space_around_an_answer_are_taken_off(string text, string expected) =>
        Assert.Equal(expected, AnswerText.Clean(text));
}
