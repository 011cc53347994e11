using EmotionLlama.Datasets;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Tests.Scoring.Statistics;

public sealed class PairedComparisonTests
{
    [Fact]
    public void Equal_systems_do_not_differ()
    {
        var comparison = PairedComparison.Of([1, 5, 9], [1, 5, 9])!;

        Assert.Equal(0, comparison.Difference.Mean);
        Assert.Equal(1, comparison.PValue);
    }

    [Fact]
    public void The_probability_is_the_share_of_sign_patterns_that_are_as_extreme()
    {
        // Of the eight patterns of three equal differences, two are as extreme as what was seen.
        var comparison = PairedComparison.Of([2, 3, 4], [1, 2, 3])!;

        Assert.Equal(1, comparison.Difference.Mean, 1e-12);
        Assert.Equal(0.25, comparison.PValue, 0.02);
    }

    [Fact]
    public void A_small_but_steady_difference_is_significant_and_noise_is_not()
    {
        var random = new SplitMix64(5);
        double[] scores = [.. Enumerable.Range(0, 100).Select(_ => 5.0 + random.NextBell())];
        double[] better = [.. scores.Select(score => score + 0.3 + (0.5 * random.NextBell()))];
        double[] noisy = [.. scores.Select(score => score + random.NextBell())];

        Assert.InRange(PairedComparison.Of(better, scores)!.PValue, 0, 0.001);
        Assert.True(PairedComparison.Of(better, scores)!.Difference.Lower > 0);
        Assert.InRange(PairedComparison.Of(noisy, scores)!.PValue, 0.05, 1);
    }

    [Fact]
    public void Swapping_the_systems_turns_the_sign_and_leaves_the_probability()
    {
        var one = PairedComparison.Of([2, 8, 4, 5], [1, 3, 3, 6])!;
        var other = PairedComparison.Of([1, 3, 3, 6], [2, 8, 4, 5])!;

        Assert.Equal(one.Difference.Mean, -other.Difference.Mean);
        Assert.Equal(one.PValue, other.PValue);
    }

    [Fact]
    public void Nothing_cannot_be_compared() => Assert.Null(PairedComparison.Of([], []));

    [Fact]
    public void Scores_of_other_clips_cannot_be_compared() =>
        Assert.Throws<ArgumentException>(() => PairedComparison.Of([1, 2], [1]));
}
