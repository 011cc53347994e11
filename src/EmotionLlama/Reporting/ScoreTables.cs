using System.Globalization;
using System.Text;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Shows a classification report as tables: the confusion matrix as a heat map, and each emotion's
/// scores.</summary>
internal static class ScoreTables
{
    public static string Confusion(ClassificationReport scores)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table class=\"heat\"><thead><tr><th></th>");
        foreach (var predicted in scores.Labels)
            html.Append(CultureInfo.InvariantCulture, $"<th>{predicted.ToText()}</th>");

        var hasOutside = scores.OutsideLabels > 0;
        html.Append(hasOutside ? "<th class=\"muted\">other</th>" : "");
        html.Append("<th class=\"muted\">none</th></tr></thead><tbody>");
        foreach (var row in scores.Classes)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th>{row.Emotion.ToText()}</th>");
            foreach (var predicted in scores.Labels)
                AppendCell(html, scores.Confusions(row.Emotion, predicted), row, predicted);

            if (hasOutside)
                AppendCell(html, scores.ConfusionsOutside(row.Emotion), row, predicted: null);

            AppendCell(html, scores.Confusions(row.Emotion, null), row, predicted: null);
            html.Append("</tr>");
        }

        return html.Append("""
            </tbody></table></div>
            <p class="muted small">Rows are the labels, columns what the answers name; shades are shares of a row.</p>
            """).ToString();
    }

    public static string Classes(ClassificationReport scores)
    {
        var html = new StringBuilder("""
            <div class="scroll"><table class="scores"><thead><tr><th>emotion</th><th>precision</th><th>recall</th>
            <th>F1</th><th>clips</th></tr></thead><tbody>
            """);
        foreach (var row in scores.Classes)
        {
            var style = row.Support > 0 ? "" : " class=\"muted\"";
            html.Append(CultureInfo.InvariantCulture, $"""
                <tr{style}><th>{row.Emotion.ToText()}</th><td>{row.Precision:0.00}</td><td>{row.Recall:0.00}</td>
                <td>{row.F1:0.00}</td><td>{row.Support}</td></tr>
                """);
        }

        return html.Append(CultureInfo.InvariantCulture, $"""
            </tbody></table></div>
            <p>Accuracy {scores.Accuracy.Value:0.000} (95 % interval {scores.Accuracy.Lower:0.000} to
            {scores.Accuracy.Upper:0.000}) · weighted F1 {scores.WeightedF1:0.000} · unweighted recall
            {scores.UnweightedRecall:0.000} · answers without an emotion {scores.Unlabelled} · with one outside the labels
            {scores.OutsideLabels}</p>
            """).ToString();
    }

    private static void AppendCell(StringBuilder html, int count, ClassScores row, Emotion? predicted)
    {
        if (count == 0)
        {
            html.Append("<td></td>");
            return;
        }

        var share = (double)count / row.Support;
        var colour = predicted == row.Emotion ? "13,116,110" : "190,60,50";
        var ink = share > 0.55 ? ";color:#fff" : "";
        html.Append(CultureInfo.InvariantCulture,
            $"<td style=\"background:rgba({colour},{0.08 + (0.82 * share):0.##}){ink}\">{count}</td>");
    }
}
