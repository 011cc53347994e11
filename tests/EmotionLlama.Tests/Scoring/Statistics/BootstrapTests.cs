using EmotionLlama.Datasets;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Tests.Scoring.Statistics;

public sealed class BootstrapTests
{
    [Fact]
    public void The_interval_of_many_values_is_that_of_a_normal_mean()
    {
        var random = new SplitMix64(1);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => 5.0 + (2 * random.NextBell()))];
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);

        var interval = Bootstrap.Mean(values)!;

        var margin = 1.96 * deviation / Math.Sqrt(values.Length);
        Assert.Equal(mean, interval.Mean, 1e-12);
        Assert.Equal(mean - margin, interval.Lower, margin / 10);
        Assert.Equal(mean + margin, interval.Upper, margin / 10);
        Assert.Equal(400, interval.Count);
    }

    [Fact]
    public void Nineteen_of_twenty_intervals_hold_the_true_mean()
    {
        var random = new SplitMix64(2);
        var held = 0;
        for (var trial = 0; trial < 100; trial++)
        {
            var interval = Bootstrap.Mean([.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())], (ulong)trial)!;
            held += interval.Lower <= 0.5 && 0.5 <= interval.Upper ? 1 : 0;
        }

        Assert.InRange(held, 88, 100);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        double[] values = [1, 4, 9, 2, 7];

        Assert.Equal(Bootstrap.Mean(values, 3), Bootstrap.Mean(values, 3));
        Assert.NotEqual(Bootstrap.Mean([.. values, 0.5, 0.7], 3), Bootstrap.Mean([.. values, 0.5, 0.7], 4));
    }

    [Fact]
    public void Equal_values_have_an_interval_of_no_width() =>
        Assert.Equal(new MeanInterval(7, 7, 7, 3), Bootstrap.Mean([7, 7, 7]));

    [Fact]
    public void Nothing_has_no_mean() => Assert.Null(Bootstrap.Mean([]));
}
