namespace EmotionLlama.Datasets;

/// <summary>How long texts are, in tokens. All zero where there are none.</summary>
/// <param name="Count">How many texts were measured.</param>
/// <param name="Shortest">The shortest.</param>
/// <param name="Median">Half of them are no longer than this.</param>
/// <param name="Percentile95">95 in 100 are no longer than this.</param>
/// <param name="Longest">The longest.</param>
/// <param name="Mean">The mean.</param>
public sealed record LengthSummary(int Count, int Shortest, int Median, int Percentile95, int Longest, double Mean)
{
    internal static LengthSummary Of(IEnumerable<int> lengths)
    {
        var sorted = lengths.Order().ToArray();
        if (sorted.Length == 0)
            return new LengthSummary(0, 0, 0, 0, 0, 0);

        // The nearest-rank percentile: the smallest length that this share does not exceed.
        int Rank(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
        return new LengthSummary(
            sorted.Length, sorted[0], Rank(0.5), Rank(0.95), sorted[^1], sorted.Average());
    }
}
