using System.Globalization;
using System.Text;
using EmotionLlama.Construction;
using EmotionLlama.Runtime;

namespace EmotionLlama.Reporting;

/// <summary>Writes what became of the clips of a data set as one HTML file.</summary>
public static class ConstructionPage
{
    private const string Title = "Data set construction";
    private const int LongestList = 1000;

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, ConstructionReport report) => AtomicFile.WriteText(path, Render(report));

    /// <summary>The page as HTML.</summary>
    public static string Render(ConstructionReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <header><h1>{Title}</h1>
            <p class="muted">{report.Kept} of {report.Clips} clips kept, {report.Drops.Count} dropped,
            {report.Failures.Count} failed; {report.Labeled} faces had a label</p></header>
            <section><h2>Agreement</h2><p>The text model, which does not know the label, concluded the face's emotion in
            {report.Agreement.Hits} of {report.Agreement.Count} clips ({report.Agreement.Value:P1}, 95 % interval
            {report.Agreement.Lower:P1} to {report.Agreement.Upper:P1}). Where it did not, the clip was
            dropped.</p></section>

            """);
        AppendTable(html, "Emotions", "emotion", "clips kept", report.Emotions);
        AppendTable(html, "Agreement by emotion", "emotion of the face", "concluded", report.AgreementByEmotion
            .Select(pair => KeyValuePair.Create(pair.Key, $"{pair.Value.Hits} of {pair.Value.Count}")));
        AppendTable(html, "Clues", "clue", "clips kept that have it", report.Clues);
        AppendTable(html, "Action units of the peak frames", "unit", "clips kept", report.ActionUnits
            .Select(pair => KeyValuePair.Create($"{pair.Key} {NameOf(pair.Key)}", pair.Value)));
        AppendTable(html, "Dropped", "reason", "clips", report.DropsByReason);
        AppendTable(html, "Tokens", "model", "answers, prompt tokens, answer tokens", report.Tokens
            .Select(pair => KeyValuePair.Create(
                $"{pair.Key}: {pair.Value.Model}",
                FormattableString.Invariant(
                    $"{pair.Value.Answers}, {pair.Value.PromptTokens}, {pair.Value.AnswerTokens}"))));
        AppendList(html, "Failures", report.Failures);
        AppendList(html, "Dropped clips", report.Drops);
        return HtmlPage.Render(Title, html.ToString());
    }

    private static string NameOf(string code) =>
        ActionUnits.Find(int.Parse(code.AsSpan(2), CultureInfo.InvariantCulture))?.Name ?? "";

    private static void AppendTable<T>(
        StringBuilder html, string heading, string key, string value, IEnumerable<KeyValuePair<string, T>> rows)
        where T : notnull
    {
        var cells = rows.Select(row =>
            $"<tr><th>{HtmlPage.Text(row.Key)}</th><td>{HtmlPage.Text(row.Value.ToString()!)}</td></tr>\n").ToList();
        if (cells.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"""
                <section><h2>{heading}</h2><div class="scroll"><table class="scores"><thead><tr><th>{key}</th>
                <th>{value}</th></tr></thead><tbody>
                {string.Concat(cells)}</tbody></table></div></section>

                """);
        }
    }

    private static void AppendList(StringBuilder html, string heading, IReadOnlyList<NamedReason> clips)
    {
        if (clips.Count == 0)
            return;

        html.Append(CultureInfo.InvariantCulture, $"<section><h2>{heading}</h2><ul>");
        foreach (var clip in clips.Take(LongestList))
            html.Append(CultureInfo.InvariantCulture, $"<li>{HtmlPage.Text($"{clip.Name}: {clip.Reason}")}</li>\n");
        if (clips.Count > LongestList)
            html.Append(CultureInfo.InvariantCulture, $"<li>and {clips.Count - LongestList} more, in report.json</li>");

        html.Append("</ul></section>\n");
    }
}
