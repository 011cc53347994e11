using System.Globalization;
using System.Text;
using EmotionLlama.Evaluation.Diagnosing;

namespace EmotionLlama.Reporting;

/// <summary>Shows what is known of each trouble: figures with their limits, and what to do.</summary>
internal static class DiagnosisList
{
    /// <summary>The diagnosis as HTML; nothing where nothing was measured.</summary>
    public static string Render(Diagnosis? diagnosis) =>
        diagnosis is null || diagnosis.Findings.All(finding => finding.State == FindingState.NotMeasured)
            ? ""
            : string.Concat(diagnosis.Findings.Select(Render));

    private static string Render(Finding finding)
    {
        var (style, state) = finding.State switch
        {
            FindingState.Found => ("found", "found"),
            FindingState.Absent => ("absent", "not found"),
            _ => ("muted", "not measured"),
        };
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <div class="finding {style}"><strong>{HtmlPage.Text(finding.Title)}</strong> · {state}
            <div class="small">{HtmlPage.Text(finding.Summary)}</div>
            """);
        if (finding.Advice.Count > 0)
        {
            var items = finding.Advice.Select(advice => $"<li>{HtmlPage.Text(advice.Text)}</li>");
            html.Append(CultureInfo.InvariantCulture, $"<ul>{string.Concat(items)}</ul>");
        }

        if (finding.Figures.Count > 0)
            html.Append(Figures(finding.Figures));

        return html.Append("</div>").ToString();
    }

    private static string Figures(IEnumerable<Figure> figures)
    {
        var rows = figures.Select(figure =>
        {
            var limit = figure.Limit is { } at ? Number(at) : "";
            var value = figure.Exceeded ? $"<strong>{Number(figure.Value)}</strong>" : Number(figure.Value);
            return $"<tr><th>{HtmlPage.Text(figure.Name)}</th><td>{value}</td><td>{limit}</td></tr>";
        });
        return $"""
            <details><summary>figures</summary><div class="scroll"><table class="scores"><thead><tr><th>figure</th>
            <th>value</th><th>limit</th></tr></thead><tbody>{string.Concat(rows)}</tbody></table></div></details>
            """;
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
