using System.Globalization;
using System.Text;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Shows a modality report: what drives the labels as a chart, and accuracy with each modality withheld as a
/// table.</summary>
internal static class ModalityTables
{
    public static string Render(ModalityReport report)
    {
        var html = new StringBuilder(ModalityChart.Draw(report));
        html.Append("""
            <p class="muted small">A modality drives a clip's label where the label changes without it. “None alone”: the
            label stays whichever one is withheld.</p>
            <div class="scroll"><table class="scores"><thead><tr><th>label</th><th>clips</th><th>accuracy</th>
            """);
        foreach (var modality in report.Modalities)
        {
            html.Append(
                CultureInfo.InvariantCulture, $"<th>without {modality}</th><th>label changes</th><th>mostly to</th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach (var row in report.ByLabel.Prepend(report.Overall))
            AppendRow(html, row);

        return html.Append("</tbody></table></div>").ToString();
    }

    private static void AppendRow(StringBuilder html, ModalityRow row)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<tr><th>{row.Label?.ToText() ?? "all"}</th><td>{row.Clips}</td><td>{row.Accuracy.Value:0.00}</td>");
        foreach (var effect in row.Without)
        {
            var becomes = effect.Becomes.Keys.FirstOrDefault() ?? "";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<td>{effect.Accuracy.Value:0.00}</td><td>{100 * effect.Changed.Value:0} %</td><td>{becomes}</td>");
        }

        html.Append("</tr>");
    }
}
