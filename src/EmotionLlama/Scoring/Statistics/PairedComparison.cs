using EmotionLlama.Datasets;

namespace EmotionLlama.Scoring.Statistics;

/// <summary>Whether one system's scores are better than another's on the same clips.</summary>
/// <param name="Difference">Mean difference, the first system's scores minus the second's, with its 95 % interval.
/// </param>
/// <param name="PValue">Probability of a mean difference at least as large, in either direction, if the two systems
/// were equally good.</param>
public sealed record PairedComparison(MeanInterval Difference, double PValue)
{
    private const int Permutations = 10_000;

    /// <summary>Compares scores of the same clips; null without any.</summary>
    /// <remarks>The sign-flip permutation test (R. A. Fisher, "The Design of Experiments", 1935): if the systems were
    /// equally good, each difference could as well have the other sign. With 10,000 random sign patterns,
    /// <c>p = (patterns at least as extreme + 1) / (patterns + 1)</c> (Davison and Hinkley, "Bootstrap Methods and their
    /// Application", 1997, section 4.2.2).</remarks>
    /// <param name="first">A system's scores.</param>
    /// <param name="second">Another's, of the same clips in the same order.</param>
    /// <param name="seed">Fixes the patterns.</param>
    /// <exception cref="ArgumentException">There are not as many of one as of the other.</exception>
    public static PairedComparison? Of(IReadOnlyList<double> first, IReadOnlyList<double> second, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
            throw new ArgumentException($"{first.Count} scores against {second.Count}", nameof(second));

        double[] differences = [.. first.Zip(second, (a, b) => a - b)];
        return Bootstrap.Mean(differences, seed) is { } difference
            ? new PairedComparison(difference, PValueOf(differences, seed))
            : null;
    }

    private static double PValueOf(double[] differences, ulong seed)
    {
        // Sums of the same numbers in another order of signs differ by rounding.
        var observed = Math.Abs(differences.Sum()) - (1e-12 * differences.Sum(Math.Abs));
        var random = new SplitMix64(~seed);
        var extreme = 0;
        for (var pattern = 0; pattern < Permutations; pattern++)
        {
            var sum = 0.0;
            var signs = 0UL;
            for (var i = 0; i < differences.Length; i++)
            {
                if (i % 64 == 0)
                    signs = random.Next();
                sum += (signs & 1) == 0 ? differences[i] : -differences[i];
                signs >>= 1;
            }

            if (Math.Abs(sum) >= observed)
                extreme++;
        }

        return (extreme + 1.0) / (Permutations + 1);
    }
}
