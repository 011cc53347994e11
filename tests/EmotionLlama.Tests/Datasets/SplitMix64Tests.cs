using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public class SplitMix64Tests
{
    [Fact]
    public void Its_numbers_are_those_of_the_published_algorithm()
    {
        var random = new SplitMix64(1234567);

        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973, 9817491932198370423, 4593380528125082431],
            Enumerable.Range(0, 4).Select(_ => random.Next()));
    }

    [Fact]
    public void Whole_numbers_are_spread_evenly()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.NextInt(7)]++;

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void The_bell_curve_has_mean_0_and_deviation_1()
    {
        var random = new SplitMix64(2);
        var numbers = Enumerable.Range(0, 100_000).Select(_ => (double)random.NextBell()).ToArray();

        Assert.InRange(numbers.Average(), -0.01, 0.01);
        Assert.InRange(numbers.Average(number => number * number), 0.98, 1.02);
        Assert.InRange(numbers.Max(), 3, 3.47);
    }

    [Fact]
    public void Mixed_seeds_differ_where_either_number_does()
    {
        var seeds = from first in Enumerable.Range(0, 100)
                    from second in Enumerable.Range(0, 100)
                    select SplitMix64.Mix((ulong)first, (ulong)second);

        Assert.Distinct(seeds);
    }
}
