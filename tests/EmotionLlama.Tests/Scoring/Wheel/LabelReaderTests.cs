using EmotionLlama.Scoring.Wheel;
using EmotionLlama.World;

namespace EmotionLlama.Tests.Scoring.Wheel;

public sealed class LabelReaderTests
{
    [Theory]
    [InlineData("He looks calm. It is inferred that he is sad, reluctant and worried.", "sad|reluctant|worried")]
    [InlineData("Based on her happy words, we can infer that she is anxious.", "anxious")]
    [InlineData("His cheerful voice hides it, so he feels angry.", "angry")]
    [InlineData("She is not happy; therefore she is disappointed, not angry.", "disappointed")]
    [InlineData("A calm voice and a furious man.", "furious")]
    [InlineData("A calm voice.", "calm")]
    [InlineData("He says \"I am so happy\" and is worried.", "worried")]
    [InlineData("She is worried, worried and nervous.", "worried|nervous")]
    [InlineData("The text content is certain.", "")]
    [InlineData("因此，推测他的情感状态为难过、不舍、担忧。", "sad|nostalgic|worried")]
    [InlineData("他的语气平静，但是他并不生气，他很担心。", "worried")]
    public void The_conclusion_counts_where_there_is_one(string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), LabelReader.Read(text));

    [Fact]
    public void Captions_of_the_small_world_name_their_label() => Assert.All(Enumerable.Range(0, 200), index =>
    {
        var clip = WorldClipFactory.Create(5, index);
        Assert.Equal([CaptionWriter.Label(clip.Emotion)], LabelReader.Read(CaptionWriter.FineGrained(clip)));
    });
}
