using System.Globalization;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Scoring.Leaderboards;

/// <summary>A line of a leaderboard.</summary>
public sealed record LeaderboardRow
{
    /// <summary>The system.</summary>
    public required string System { get; init; }

    /// <summary>Who scored it.</summary>
    public required string Scorer { get; init; }

    /// <summary>Mean overlap of clues, 0 to 10; null where nothing was scored.</summary>
    public required double? ClueOverlap { get; init; }

    /// <summary>Its 95 % interval; null for published figures, which have none.</summary>
    public MeanInterval? ClueInterval { get; init; }

    /// <summary>Mean overlap of labels, 0 to 10; null where nothing was scored.</summary>
    public required double? LabelOverlap { get; init; }

    /// <summary>Its 95 % interval; null for published figures, which have none.</summary>
    public MeanInterval? LabelInterval { get; init; }

    /// <summary>Clips of the truth; null for published figures.</summary>
    public int? Clips { get; init; }

    /// <summary>Clips that lack a score.</summary>
    public int Failures { get; init; }

    /// <summary>Whether the figures are published ones, by a judge that cannot be asked again.</summary>
    public bool IsPublished { get; init; }

    /// <summary>The clue overlap as text, with its interval: <c>7.83 (7.61–8.04)</c>.</summary>
    public string DescribeClues() => Describe(ClueOverlap, ClueInterval);

    /// <summary>The label overlap as text, with its interval.</summary>
    public string DescribeLabels() => Describe(LabelOverlap, LabelInterval);

    private static string Describe(double? mean, MeanInterval? interval) => (mean, interval) switch
    {
        (null, _) => "–",
        (_, null) => mean.Value.ToString("f2", CultureInfo.InvariantCulture),
        _ => string.Create(
            CultureInfo.InvariantCulture, $"{interval.Mean:f2} ({interval.Lower:f2}–{interval.Upper:f2})"),
    };
}
