using System.Globalization;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Draws shares of right answers as horizontal bars with their 95 % intervals.</summary>
internal static class AccuracyChart
{
    private const double Width = 720;
    private const double Left = 130;
    private const double Right = 150;
    private const double RowHeight = 36;
    private const double BarHeight = 20;
    private const double Bottom = 26;

    /// <summary>The chart as inline SVG.</summary>
    /// <param name="bars">Name, share and CSS class of each bar, from the top.</param>
    public static string Draw(IReadOnlyList<(string Name, Proportion Share, string Style)> bars)
    {
        var bottom = bars.Count * RowHeight;
        var drawing = new SvgDrawing(Width, bottom + Bottom, "Accuracy with 95 % intervals", "bars");
        var axis = new Axis(0, 1, Left, Width - Right, ticks: 5);
        foreach (var tick in axis.Ticks)
        {
            drawing.Line(axis.Map(tick), 0, axis.Map(tick), bottom, "grid");
            drawing.Text(axis.Map(tick), bottom + 18, Percent(tick), "middle tick");
        }

        foreach (var (index, (name, share, style)) in bars.Index())
            DrawBar(drawing, axis, (index + 0.5) * RowHeight, name, share, style);

        return drawing.ToString();
    }

    private static void DrawBar(SvgDrawing drawing, Axis axis, double y, string name, Proportion share, string style)
    {
        var (lower, upper) = (axis.Map(share.Lower), axis.Map(share.Upper));
        drawing.Text(Left - 12, y + 4, name, "end name");
        drawing.Rectangle(
            Left, y - (BarHeight / 2), Math.Max(1, axis.Map(share.Value) - Left), BarHeight, $"bar {style}");
        drawing.Line(lower, y, upper, y, "whisker");
        drawing.Line(lower, y - 5, lower, y + 5, "whisker");
        drawing.Line(upper, y - 5, upper, y + 5, "whisker");
        drawing.Text(Width - Right + 14, y + 4, Percent(share.Value), "start name");
        drawing.Text(Width, y + 4, $"{share.Hits} of {share.Count}", "end note");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
