using System.Globalization;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Reporting;

/// <summary>Draws how the answers about held-out clips got better: shares from 0 to 1, and overlaps from 0 to
/// 10.</summary>
internal static class ValidationCharts
{
    private const double Width = 540;

    /// <summary>The charts as HTML; nothing where nothing was answered.</summary>
    /// <param name="evaluations">The evaluations, by growing step.</param>
    /// <param name="best">The best of them.</param>
    public static string Render(IReadOnlyList<ValidationMetrics> evaluations, BestMetric? best)
    {
        var charts = string.Concat(
            Chart(
                "Labels of answers by optimizer step",
                Curve(evaluations, "accuracy", "smooth", at => at.Accuracy),
                Curve(evaluations, "weighted F1", "rate", at => at.Waf),
                Curve(evaluations, "without a clue", "held", at => at.Texts?.WithoutClue)),
            Chart(
                "Overlap of answers with annotations by optimizer step",
                Curve(evaluations, "clue overlap", "smooth", at => at.ClueOverlap),
                Curve(evaluations, "label overlap", "rate", at => at.LabelOverlap)));
        if (charts.Length == 0)
            return "";

        var line = best is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $"<p class=\"small\">Best: {HtmlPage.Text(best.ToText())}.</p>");
        return $"""
            <div class="charts">{charts}</div>{line}
            <p class="muted small">Overlaps are from 0 to 10, by lexicon and emotion wheel; they cannot be compared with
            the figures of a language model as the judge.</p>
            """;
    }

    private static string Chart(string description, params IEnumerable<Curve> curves)
    {
        var drawn = curves.Where(curve => curve.Points.Count > 0).ToList();
        return drawn.Count > 0 ? $"<div>{LineChart.Draw(description, Width, drawn)}</div>" : "";
    }

    private static Curve Curve(
        IReadOnlyList<ValidationMetrics> evaluations,
        string name,
        string style,
        Func<ValidationMetrics, double?> value) => new(
            name,
            style,
            [.. evaluations.Where(at => value(at) is not null).Select(at => ((double)at.Step, value(at)!.Value))]);
}
