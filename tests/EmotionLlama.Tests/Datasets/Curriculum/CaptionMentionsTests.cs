using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Tests.Datasets.Curriculum;

public sealed class CaptionMentionsTests
{
    [Theory]
    [InlineData("She frowns and AU04 is strong.", Modalities.Face)]
    [InlineData("His tone is calm.", Modalities.Voice)]
    [InlineData("What he said hurts.", Modalities.Words)]
    [InlineData("The brows rise, the voice trembles, and the words are harsh.",
        Modalities.Face | Modalities.Voice | Modalities.Words)]
    [InlineData("He is surely happy with his surface and his headlines.", Modalities.None)]
    [InlineData("他皱着眉头,语气低沉。", Modalities.Face | Modalities.Voice)]
    public void A_caption_speaks_of_what_it_names(string caption, Modalities expected) =>
        Assert.Equal(expected, CaptionMentions.Find(caption));
}
