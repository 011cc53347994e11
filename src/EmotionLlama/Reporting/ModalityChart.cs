using System.Globalization;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Draws what drives the labels as one stacked bar for each label.</summary>
internal static class ModalityChart
{
    private const double Width = 720;
    private const double Left = 100;
    private const double Right = 60;
    private const double Top = 30;
    private const double RowHeight = 30;
    private const double BarHeight = 20;
    private const double Bottom = 26;

    /// <summary>The chart as inline SVG.</summary>
    public static string Draw(ModalityReport report)
    {
        ModalityRow[] rows = [report.Overall, .. report.ByLabel];
        var bottom = Top + (rows.Length * RowHeight);
        var drawing = new SvgDrawing(Width, bottom + Bottom, "Share of clips by what drives their label", "bars");
        DrawLegend(drawing, report);
        var axis = new Axis(0, 1, Left, Width - Right, ticks: 5);
        foreach (var tick in axis.Ticks)
        {
            drawing.Line(axis.Map(tick), Top, axis.Map(tick), bottom, "grid");
            drawing.Text(
                axis.Map(tick), bottom + 18, string.Create(CultureInfo.InvariantCulture, $"{100 * tick:0} %"),
                "middle tick");
        }

        foreach (var (index, row) in rows.Index())
            DrawRow(drawing, axis, Top + ((index + 0.5) * RowHeight), row);

        return drawing.ToString();
    }

    private static void DrawRow(SvgDrawing drawing, Axis axis, double y, ModalityRow row)
    {
        drawing.Text(Left - 12, y + 4, row.Label?.ToText() ?? "all clips", "end name");
        drawing.Text(Width, y + 4, $"{row.Clips} clips", "end note");
        var counted = 0;
        foreach (var (_, style, count) in Parts(row))
        {
            if (count > 0)
            {
                var (from, to) = (axis.Map((double)counted / row.Clips), axis.Map((double)(counted + count) / row.Clips));
                drawing.Rectangle(from, y - (BarHeight / 2), to - from, BarHeight, style);
            }

            counted += count;
        }
    }

    private static void DrawLegend(SvgDrawing drawing, ModalityReport report)
    {
        // The width of a text is the browser's to know; this allowance fits any common sans-serif.
        const double CharacterWidth = 7;
        var x = Left;
        foreach (var (name, style, count) in Parts(report.Overall))
        {
            if (count == 0 && style == "by-nothing")
                continue;

            drawing.Rectangle(x, 4, 12, 12, style);
            drawing.Text(x + 18, 14, name, "start note");
            x += 34 + (name.Length * CharacterWidth);
        }
    }

    private static IEnumerable<(string Name, string Style, int Count)> Parts(ModalityRow row) =>
    [
        .. row.Without.Select(effect => ($"only {effect.Modality}", $"by-{effect.Modality}", effect.Alone)),
        ("several", "by-several", row.Several),
        ("none alone", "by-none", row.None),
        ("no label", "by-nothing", row.NoLabel),
    ];
}
