using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Reporting;

/// <summary>Marks the clues in an answer: codes of action units, emotion words and further phrases. Codes and emotions
/// are green where the annotation agrees and red where it does not.</summary>
internal static partial class ClueMarks
{
    /// <summary>The text as HTML with its clues in <c>mark</c> elements.</summary>
    /// <param name="text">Plain text.</param>
    /// <param name="emotion">The labelled emotion.</param>
    /// <param name="expected">The annotated answer, whose codes are the right ones.</param>
    /// <param name="phrases">Further clues.</param>
    public static string Render(string text, Emotion emotion, string expected, IReadOnlyList<string> phrases)
    {
        var rightUnits = ActionUnits().Matches(expected).Select(Unit).ToHashSet();
        var marks = ActionUnits().Matches(text)
            .Select(code => (Start: code.Index, code.Length, Style: Style(rightUnits.Contains(Unit(code)))))
            .Concat(EmotionLabelParser.FindMentions(text)
                .Where(mention => !mention.Negated)
                .Select(at => (at.Start, at.Length, Style: Style(at.Emotion == emotion))))
            .Concat(phrases.Where(phrase => phrase.Length > 0)
                .SelectMany(phrase => Regex.Matches(text, Regex.Escape(phrase), RegexOptions.IgnoreCase))
                .Select(at => (Start: at.Index, at.Length, Style: "clue")));

        var html = new StringBuilder();
        var written = 0;
        foreach (var (start, length, style) in marks.OrderBy(mark => mark.Start).ThenByDescending(mark => mark.Length))
        {
            // Where marks overlap, the first and longest one is shown.
            if (start < written)
                continue;

            html.Append(HtmlPage.Text(text[written..start]));
            html.Append(CultureInfo.InvariantCulture, $"<mark class=\"{style}\">");
            html.Append(HtmlPage.Text(text.Substring(start, length))).Append("</mark>");
            written = start + length;
        }

        return html.Append(HtmlPage.Text(text[written..])).ToString();
    }

    private static string Style(bool isRight) => isRight ? "right" : "wrong";

    /// <summary>The number of an action unit, so that AU4, au04 and AU 4 are one.</summary>
    private static int Unit(Match code) => int.Parse(code.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bAU ?(\d{1,2})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ActionUnits();
}
