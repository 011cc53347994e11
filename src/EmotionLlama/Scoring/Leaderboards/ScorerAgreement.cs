using System.Globalization;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Scoring.Leaderboards;

/// <summary>How far two scorers agree about a system.</summary>
/// <param name="System">The system.</param>
/// <param name="First">A scorer.</param>
/// <param name="Second">Another.</param>
/// <param name="Kind">Which score.</param>
/// <param name="Result">The correlations.</param>
public sealed record ScorerAgreement(string System, string First, string Second, ScoreKind Kind, Agreement Result)
{
    /// <summary>The agreement in one line of plain text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{System}, {Kind.ToText()}: {First} and {Second} correlate {Result.Pearson:f2} (Pearson), "
        + $"{Result.Spearman:f2} (Spearman), {Result.Count} clips");
}
