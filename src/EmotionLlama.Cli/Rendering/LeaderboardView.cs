using System.Globalization;
using EmotionLlama.Scoring.Leaderboards;
using Spectre.Console;

namespace EmotionLlama.Cli.Rendering;

/// <summary>Shows a leaderboard as a table, with what the figures say about each other below it.</summary>
internal static class LeaderboardView
{
    public static void Render(IAnsiConsole console, Leaderboard leaderboard)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns(
                new TableColumn("system").NoWrap(),
                new TableColumn("clue overlap").RightAligned().NoWrap(),
                new TableColumn("label overlap").RightAligned().NoWrap(),
                new TableColumn("scored by").NoWrap(),
                new TableColumn("clips").RightAligned().NoWrap(),
                new TableColumn("without score").RightAligned().NoWrap());
        foreach (var row in leaderboard.Rows)
        {
            var style = row.IsPublished ? new Style(Color.Grey) : new Style(decoration: Decoration.Bold);
            table.AddRow(
                new Text(row.System, style),
                new Text(row.DescribeClues(), style),
                new Text(row.DescribeLabels(), style),
                new Text(row.Scorer, style),
                new Text(row.Clips?.ToString(CultureInfo.InvariantCulture) ?? "–", style),
                new Text(row.Failures.ToString(CultureInfo.InvariantCulture), style));
        }

        console.Write(table);
        console.MarkupLineInterpolated($"[grey]{Leaderboard.Caution}[/]");
        foreach (var comparison in leaderboard.Comparisons)
            console.MarkupLineInterpolated($"  {comparison.ToString()}");
        foreach (var agreement in leaderboard.Agreements)
            console.MarkupLineInterpolated($"  {agreement.ToString()}");
    }
}
