using System.Globalization;
using System.Text;

namespace EmotionLlama.Scoring.Leaderboards;

/// <summary>All systems scored, best first, beside published figures.</summary>
public sealed record Leaderboard
{
    /// <summary>Where the truth was read from.</summary>
    public required string Truth { get; init; }

    /// <summary>The lines: systems scored here by growing rank, published ones among them.</summary>
    public required IReadOnlyList<LeaderboardRow> Rows { get; init; }

    /// <summary>Each pair of systems with the same scorer.</summary>
    public required IReadOnlyList<SystemComparison> Comparisons { get; init; }

    /// <summary>Each pair of scorers of the same system.</summary>
    public required IReadOnlyList<ScorerAgreement> Agreements { get; init; }

    /// <summary>What the figures mean, in one line of plain text.</summary>
    public static string Caution =>
        "Scores of different scorers are on different scales: compare systems that the same scorer scored.";

    /// <summary>Ranks systems.</summary>
    /// <param name="truth">Where the truth was read from.</param>
    /// <param name="systems">What was scored.</param>
    /// <param name="published">Figures to stand beside them.</param>
    public static Leaderboard Of(
        string truth, IReadOnlyList<SystemScores> systems, IReadOnlyList<LeaderboardRow> published)
    {
        ArgumentNullException.ThrowIfNull(systems);
        ArgumentNullException.ThrowIfNull(published);
        ScoreKind[] kinds = [ScoreKind.ClueOverlap, ScoreKind.LabelOverlap];
        return new Leaderboard
        {
            Truth = truth,
            Rows =
            [
                .. systems.Select(Row).Concat(published)
                    .OrderByDescending(row => (row.ClueOverlap ?? 0) + (row.LabelOverlap ?? 0)),
            ],
            Comparisons =
            [
                .. from pair in Pairs(systems, (a, b) => a.Scorer == b.Scorer)
                   from kind in kinds
                   let result = pair.First.CompareWith(pair.Second, kind)
                   where result is not null
                   select new SystemComparison(
                       pair.First.System, pair.Second.System, pair.First.Scorer, kind, result),
            ],
            Agreements =
            [
                .. from pair in Pairs(systems, (a, b) => a.System == b.System)
                   from kind in kinds
                   let result = pair.First.AgreementWith(pair.Second, kind)
                   where result is not null
                   select new ScorerAgreement(
                       pair.First.System, pair.First.Scorer, pair.Second.Scorer, kind, result),
            ],
        };
    }

    /// <summary>The table as Markdown, with the comparisons below it.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| system | clue overlap | label overlap | scored by | clips | without score |\n");
        text.Append("|---|---|---|---|---|---|\n");
        foreach (var row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {Cell(row.System)} | {row.DescribeClues()} | {row.DescribeLabels()} | {Cell(row.Scorer)} "
                + $"| {row.Clips?.ToString(CultureInfo.InvariantCulture) ?? "–"} | {row.Failures} |\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{Caution}\n");
        foreach (var line in Comparisons.Select(comparison => comparison.ToString())
            .Concat(Agreements.Select(agreement => agreement.ToString())))
            text.Append(CultureInfo.InvariantCulture, $"\n- {line}");

        return text.Append('\n').ToString();
    }

    private static LeaderboardRow Row(SystemScores scores)
    {
        var (clues, labels) = (scores.Mean(ScoreKind.ClueOverlap), scores.Mean(ScoreKind.LabelOverlap));
        return new LeaderboardRow
        {
            System = scores.System,
            Scorer = scores.Scorer,
            ClueOverlap = clues?.Mean,
            ClueInterval = clues,
            LabelOverlap = labels?.Mean,
            LabelInterval = labels,
            Clips = scores.Scores.Count,
            Failures = scores.Failures.Count(),
        };
    }

    private static IEnumerable<(SystemScores First, SystemScores Second)> Pairs(
        IReadOnlyList<SystemScores> systems, Func<SystemScores, SystemScores, bool> belong) =>
        from first in Enumerable.Range(0, systems.Count)
        from second in Enumerable.Range(first + 1, systems.Count - first - 1)
        where belong(systems[first], systems[second])
        select (systems[first], systems[second]);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
