using System.Globalization;
using System.Text;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;

namespace EmotionLlama.Reporting;

/// <summary>Writes the report of a run as one HTML file that needs nothing beside it: no script, no link, no font, all
/// pictures inside.</summary>
public static class HtmlReport
{
    private const double WideChart = 720;
    private const double NarrowChart = 452;

    /// <summary>Writes the report, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, ReportModel report) => AtomicFile.WriteText(path, Render(report));

    /// <summary>The report as HTML.</summary>
    public static string Render(ReportModel report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<header><h1>{Text(report.Title)}</h1>\n");
        if (report.Subtitle is { } subtitle)
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"muted\">{Text(subtitle)}</p>\n");

        html.Append(Verdict.Render(report)).Append("</header>\n");
        AppendCurves(html, report);
        AppendSection(html, "Evaluations on held-out clips", ValidationCharts.Render(report.Validation, report.Best));
        AppendSection(html, "Diagnosis", DiagnosisList.Render(report.Diagnosis));
        AppendAccuracy(html, report.Accuracy);
        AppendSection(html, "Answers on the same clips", string.Concat(report.Clips.Select(ClipCard.Render)));
        if (report.Classification is { } scores)
        {
            html.Append("<div class=\"pair\">");
            AppendSection(html, "Which emotion is taken for which", ScoreTables.Confusion(scores));
            AppendSection(html, "Scores by emotion", ScoreTables.Classes(scores));
            html.Append("</div>\n");
        }

        if (report.Modalities is { } modalities)
            AppendSection(html, "Which modality drives the label", ModalityTables.Render(modalities));

        AppendSection(html, "Data", Preformatted(report.DataReport));
        AppendSection(html, "Recipe", Folded("the recipe of this run", Preformatted(report.Recipe)));
        AppendSection(html, "Machine", MachineList(report.Machine));
        return HtmlPage.Render(report.Title, html.ToString());
    }

    private static string Text(string text) => HtmlPage.Text(text);

    private static void AppendCurves(StringBuilder html, ReportModel report)
    {
        if (report.Steps.Count == 0)
            return;

        var smooth = LossCurve.Smooth(
            [.. report.Steps.Select(step => step.Loss)], halfLife: Math.Max(1, report.Steps.Count / 80.0));
        List<Curve> losses =
        [
            new Curve("each step", "raw", Points(step => step.Loss)),
            new Curve("smoothed", "smooth", [.. report.Steps.Zip(smooth, (step, y) => ((double)step.Step, y))]),
        ];
        if (report.Validation.Count > 0)
        {
            var heldOut = report.Validation.Select(at => ((double)at.Step, at.Loss));
            losses.Add(new Curve("held-out clips", "held", [.. heldOut]));
        }

        var loss = LineChart.Draw("Loss by optimizer step", WideChart, losses);
        var rate = LineChart.Draw(
            "Learning rate by optimizer step",
            NarrowChart,
            new Curve("learning rate", "rate", Points(step => step.LearningRate)));
        html.Append(CultureInfo.InvariantCulture, $"""
            <div class="pair"><section><h2>Loss</h2>{loss}</section>
            <section><h2>Learning rate</h2>{rate}</section></div>

            """);

        (double X, double Y)[] Points(Func<StepMetrics, double> value) =>
            [.. report.Steps.Select(step => ((double)step.Step, value(step)))];
    }

    private static void AppendAccuracy(StringBuilder html, AccuracyComparison accuracy)
    {
        var bars = accuracy.Measured().ToList();
        if (bars.Count == 0)
            return;

        AppendSection(html, "Accuracy on held-out clips", $"""
            {AccuracyChart.Draw([.. bars.Select(bar => (bar.Name, bar.Share, bar.Style))])}
            <p class="muted small">Whiskers are 95 % intervals (Wilson). An answer that names no emotion is wrong.</p>
            """);
    }

    private static void AppendSection(StringBuilder html, string heading, string content)
    {
        if (content.Length > 0)
            html.Append(CultureInfo.InvariantCulture, $"<section><h2>{Text(heading)}</h2>{content}</section>\n");
    }

    private static string Preformatted(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "" : $"<pre>{Text(text.TrimEnd())}</pre>";

    private static string Folded(string summary, string content) =>
        content.Length == 0 ? "" : $"<details><summary>{Text(summary)}</summary>{content}</details>";

    private static string MachineList(IReadOnlyList<(string Name, string Value)> lines) => lines.Count == 0
        ? ""
        : $"<dl>{string.Concat(lines.Select(line => $"<dt>{Text(line.Name)}</dt><dd>{Text(line.Value)}</dd>"))}</dl>";
}
