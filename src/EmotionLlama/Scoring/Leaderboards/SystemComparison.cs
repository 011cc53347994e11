using System.Globalization;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Scoring.Leaderboards;

/// <summary>Two systems compared by one scorer on the same clips.</summary>
/// <param name="First">A system.</param>
/// <param name="Second">The system it is compared with.</param>
/// <param name="Scorer">The scorer.</param>
/// <param name="Kind">Which score.</param>
/// <param name="Result">The mean difference, and how likely it is by chance.</param>
public sealed record SystemComparison(
    string First, string Second, string Scorer, ScoreKind Kind, PairedComparison Result)
{
    /// <summary>The comparison in one line of plain text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{First} against {Second}, {Kind.ToText()} by {Scorer}: {Result.Difference.Mean:+0.00;−0.00;0.00} "
        + $"({Result.Difference.Lower:+0.00;−0.00;0.00} to {Result.Difference.Upper:+0.00;−0.00;0.00}), "
        + $"p = {Result.PValue:g2}, {Result.Difference.Count} clips");
}
