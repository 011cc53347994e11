using System.Text.Json;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

/// <summary>The caption processing of old checkpoints.</summary>
public sealed class BlipCaptionProcessorTests
{
    [Theory]
    [InlineData("She Smiles. He laughs!", "she smiles he laughs")]
    [InlineData("a.b", "a b")]
    [InlineData("one  two \t three", "one two three")]
    [InlineData("one\ttwo", "one\ttwo")]
    [InlineData("~(Fear): \"why?\"; #1 *", "fear why? 1")]
    [InlineData("one\u001C\u001Ftwo\u00A0 three", "one two three")]
    [InlineData("it's, well - fine", "it's, well - fine")]
    [InlineData("ends with a line\n", "ends with a line")]
    [InlineData("ÄRGER", "ärger")]
    [InlineData("", "")]
    [InlineData("...", "")]
    public void Captions_lose_case_sentence_marks_and_wide_spaces(string caption, string expected) =>
        Assert.Equal(expected, new BlipCaptionProcessor().Process(caption));

    [Fact]
    public void Words_beyond_the_limit_are_cut()
    {
        Assert.Equal("one two", new BlipCaptionProcessor(maxWords: 2).Process("One. Two. Three."));
        Assert.Equal(200, new BlipCaptionProcessor()
            .Process(string.Join(' ', Enumerable.Repeat("word", 201))).Split(' ').Length);
    }

    [Fact]
    public void A_limit_of_no_words_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlipCaptionProcessor(maxWords: 0));

    [Fact]
    public void Captions_equal_the_reference()
    {
        var processor = new BlipCaptionProcessor();
        using var cases = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Require("parity", "caption_processor_cases.json")));

        Assert.NotEmpty(cases.RootElement.EnumerateArray());
        foreach (var expected in cases.RootElement.EnumerateArray())
        {
            Assert.Equal(
                expected.GetProperty("processed").GetString(),
                processor.Process(expected.GetProperty("text").GetString()!));
        }
    }
}
