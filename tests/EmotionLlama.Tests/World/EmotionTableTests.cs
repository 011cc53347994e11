using EmotionLlama.Datasets;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

public sealed class EmotionTableTests
{
    [Fact]
    public void A_block_shows_every_emotion_twice()
    {
        var counts = EmotionTable.Block.CountBy(EmotionTable.Of).ToDictionary();

        Assert.Equal(EmotionTable.BlockLength, EmotionTable.Block.Count);
        Assert.Equal(EmotionNames.All.Count, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(2, count));
    }

    [Fact]
    public void A_block_shows_every_combination() => Assert.Equal(12, EmotionTable.Block.Distinct().Count());

    [Fact]
    public void All_three_cues_decide_the_emotion() => Assert.Equal(1, BestAccuracy(cues => cues));

    [Fact]
    public void No_two_cues_decide_the_emotion()
    {
        Assert.Equal(8.0 / 18, BestAccuracy(cues => (cues.Voice, cues.Words)), precision: 12);
        Assert.Equal(10.0 / 18, BestAccuracy(cues => (cues.Face, cues.Words)), precision: 12);
        Assert.Equal(11.0 / 18, BestAccuracy(cues => (cues.Face, cues.Voice)), precision: 12);
    }

    [Fact]
    public void One_cue_says_little()
    {
        Assert.InRange(BestAccuracy(cues => cues.Face), 1.0 / 9, 0.34);
        Assert.InRange(BestAccuracy(cues => cues.Voice), 1.0 / 9, 0.34);
        Assert.InRange(BestAccuracy(cues => cues.Words), 1.0 / 9, 0.34);
    }

    [Fact]
    public void Without_cues_one_can_only_guess() => Assert.Equal(1.0 / 9, BestAccuracy(_ => 0), precision: 12);

    /// <summary>The accuracy of the best guess from what is known of the cues (the Bayes rule).</summary>
    private static double BestAccuracy<T>(Func<CueCombination, T> known) => EmotionTable.Block
        .GroupBy(known)
        .Sum(cell => cell.CountBy(EmotionTable.Of).Max(emotion => emotion.Value)) / (double)EmotionTable.BlockLength;
}
