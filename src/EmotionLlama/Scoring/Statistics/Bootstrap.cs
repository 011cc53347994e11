using EmotionLlama.Datasets;

namespace EmotionLlama.Scoring.Statistics;

/// <summary>Intervals of means without an assumption about the values' distribution.</summary>
/// <remarks>The percentile bootstrap: B. Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics
/// 7, 1979. Values are drawn again with replacement; the interval holds the middle 95 % of the means.</remarks>
public static class Bootstrap
{
    private const int Resamples = 10_000;
    private const double Tail = 0.025;

    /// <summary>The mean of values with its 95 % interval; null without values. The same values and seed give the same
    /// interval.</summary>
    /// <param name="values">The values.</param>
    /// <param name="seed">Fixes the draws.</param>
    public static MeanInterval? Mean(IReadOnlyList<double> values, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
            return null;

        var random = new SplitMix64(seed);
        var means = new double[Resamples];
        for (var sample = 0; sample < means.Length; sample++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
                sum += values[random.NextInt(values.Count)];
            means[sample] = sum / values.Count;
        }

        Array.Sort(means);
        return new MeanInterval(
            values.Average(),
            means[(int)(Tail * Resamples)],
            means[(int)((1 - Tail) * Resamples) - 1],
            values.Count);
    }
}
