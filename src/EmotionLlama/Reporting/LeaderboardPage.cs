using System.Globalization;
using System.Text;
using EmotionLlama.Runtime;
using EmotionLlama.Scoring.Leaderboards;

namespace EmotionLlama.Reporting;

/// <summary>Writes a leaderboard as one HTML file.</summary>
public static class LeaderboardPage
{
    private const string Title = "Clue and label overlap";

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, Leaderboard leaderboard) => AtomicFile.WriteText(path, Render(leaderboard));

    /// <summary>The page as HTML.</summary>
    public static string Render(Leaderboard leaderboard)
    {
        ArgumentNullException.ThrowIfNull(leaderboard);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <header><h1>{Title}</h1>
            <p class="muted">against {HtmlPage.Text(leaderboard.Truth)}</p></header>
            <section><h2>Systems</h2>{LeaderboardChart.Draw(leaderboard.Rows)}
            <p class="muted small">Upper bars: clue overlap; lower bars: label overlap; whiskers: 95 % intervals
            (bootstrap over the clips). Pale bars are published figures. {HtmlPage.Text(Leaderboard.Caution)}</p></section>
            <section><h2>Figures</h2><div class="scroll"><table class="scores"><thead><tr><th>system</th>
            <th>clue overlap</th><th>label overlap</th><th>scored by</th><th>clips</th><th>without score</th></tr></thead>
            <tbody>

            """);
        foreach (var row in leaderboard.Rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"""
                <tr{(row.IsPublished ? " class=\"muted\"" : "")}><th>{HtmlPage.Text(row.System)}</th>
                <td>{row.DescribeClues()}</td><td>{row.DescribeLabels()}</td><td>{HtmlPage.Text(row.Scorer)}</td>
                <td>{row.Clips?.ToString(CultureInfo.InvariantCulture) ?? "–"}</td><td>{row.Failures}</td></tr>

                """);
        }

        html.Append("</tbody></table></div></section>\n");
        AppendList(html, "Are the differences chance?", leaderboard.Comparisons);
        AppendList(html, "Do the scorers agree?", leaderboard.Agreements);
        return HtmlPage.Render(Title, html.ToString());
    }

    private static void AppendList<T>(StringBuilder html, string heading, IReadOnlyList<T> lines)
        where T : notnull
    {
        if (lines.Count == 0)
            return;

        html.Append(CultureInfo.InvariantCulture, $"<section><h2>{heading}</h2><ul>");
        foreach (var line in lines)
            html.Append(CultureInfo.InvariantCulture, $"<li>{HtmlPage.Text(line.ToString()!)}</li>");

        html.Append("</ul></section>\n");
    }
}
