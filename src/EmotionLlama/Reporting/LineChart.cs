namespace EmotionLlama.Reporting;

/// <summary>Draws curves over optimizer steps.</summary>
internal static class LineChart
{
    private const double Height = 250;
    private const double Left = 52;
    private const double Right = 16;
    private const double Top = 30;
    private const double Bottom = 40;
    private const int MostPoints = 1200;

    /// <summary>The chart as inline SVG. Its y axis begins at zero where that does not flatten the curves.</summary>
    public static string Draw(string description, double width, params IReadOnlyList<Curve> curves)
    {
        var points = curves.SelectMany(curve => curve.Points).Where(point => double.IsFinite(point.Y)).ToList();
        var drawing = new SvgDrawing(width, Height, description);
        if (points.Count == 0)
        {
            drawing.Text(width / 2, Height / 2, "nothing was measured", "middle note");
            return drawing.ToString();
        }

        var (low, high) = (points.Min(point => point.Y), points.Max(point => point.Y));
        var vertical = new Axis(low > 0 && low < high / 2 ? 0 : low, high, Height - Bottom, Top, ticks: 5);
        var horizontal = new Axis(
            points.Min(point => point.X), points.Max(point => point.X), Left, width - Right, ticks: 6, tight: true);
        DrawAxes(drawing, width, horizontal, vertical);
        foreach (var curve in curves)
        {
            drawing.Curve(
                curve.Thinned(MostPoints).Points.Select(point => (horizontal.Map(point.X), vertical.Map(point.Y))),
                $"curve {curve.Style}");
        }

        DrawLegend(drawing, width, curves);
        return drawing.ToString();
    }

    private static void DrawAxes(SvgDrawing drawing, double width, Axis horizontal, Axis vertical)
    {
        foreach (var tick in vertical.Ticks)
        {
            drawing.Line(Left, vertical.Map(tick), width - Right, vertical.Map(tick), "grid");
            drawing.Text(Left - 8, vertical.Map(tick) + 4, vertical.Label(tick), "end tick");
        }

        foreach (var tick in horizontal.Ticks)
            drawing.Text(horizontal.Map(tick), Height - Bottom + 18, horizontal.Label(tick), "middle tick");

        drawing.Line(Left, Height - Bottom, width - Right, Height - Bottom, "axis");
        drawing.Text(width - Right, Height - 4, "optimizer step", "end note");
    }

    private static void DrawLegend(SvgDrawing drawing, double width, IReadOnlyList<Curve> curves)
    {
        // The width of a text is the browser's to know; this allowance fits any common sans-serif.
        const double CharacterWidth = 7;
        var x = width - Right;
        foreach (var curve in curves.Reverse())
        {
            drawing.Text(x, 15, curve.Name, "end note");
            x -= (curve.Name.Length * CharacterWidth) + 8;
            drawing.Line(x - 18, 11, x, 11, $"curve {curve.Style}");
            x -= 34;
        }
    }
}
