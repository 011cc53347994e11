using System.Globalization;
using EmotionLlama.Scoring.Leaderboards;
using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Reporting;

/// <summary>Draws a leaderboard as two bars a system, with 95 % intervals where there are some.</summary>
internal static class LeaderboardChart
{
    private const double Width = 720;
    private const double Left = 190;
    private const double Right = 70;
    private const double RowHeight = 52;
    private const double BarHeight = 16;
    private const double Bottom = 26;

    /// <summary>The chart as inline SVG.</summary>
    public static string Draw(IReadOnlyList<LeaderboardRow> rows)
    {
        var bottom = rows.Count * RowHeight;
        var drawing = new SvgDrawing(Width, bottom + Bottom, "Clue and label overlap, 0 to 10", "bars");
        var axis = new Axis(0, 10, Left, Width - Right, ticks: 5);
        foreach (var tick in axis.Ticks)
        {
            drawing.Line(axis.Map(tick), 0, axis.Map(tick), bottom, "grid");
            drawing.Text(axis.Map(tick), bottom + 18, axis.Label(tick), "middle tick");
        }

        foreach (var (index, row) in rows.Index())
        {
            var middle = (index + 0.5) * RowHeight;
            drawing.Text(Left - 12, middle - 3, row.System, "end name");
            drawing.Text(Left - 12, middle + 14, row.Scorer, "end note");
            var faded = row.IsPublished ? " published" : "";
            DrawBar(drawing, axis, middle - 10, row.ClueOverlap, row.ClueInterval, $"clues{faded}");
            DrawBar(drawing, axis, middle + 10, row.LabelOverlap, row.LabelInterval, $"labels{faded}");
        }

        return drawing.ToString();
    }

    private static void DrawBar(
        SvgDrawing drawing, Axis axis, double y, double? mean, MeanInterval? interval, string style)
    {
        if (mean is not { } value)
            return;

        drawing.Rectangle(Left, y - (BarHeight / 2), Math.Max(1, axis.Map(value) - Left), BarHeight, $"bar {style}");
        if (interval is not null)
        {
            var (lower, upper) = (axis.Map(interval.Lower), axis.Map(interval.Upper));
            drawing.Line(lower, y, upper, y, "whisker");
            drawing.Line(lower, y - 4, lower, y + 4, "whisker");
            drawing.Line(upper, y - 4, upper, y + 4, "whisker");
        }

        drawing.Text(Width - Right + 14, y + 4, value.ToString("0.00", CultureInfo.InvariantCulture), "start name");
    }
}
