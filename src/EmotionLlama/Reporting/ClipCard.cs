using System.Globalization;
using System.Text;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Reporting;

/// <summary>Shows one clip: its picture, what was said, and how the answers about it grew.</summary>
internal static class ClipCard
{
    public static string Render(ReportClip clip)
    {
        var html = new StringBuilder("<article class=\"clip\"><figure>");
        if (clip.Picture is { } picture)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"<img alt=\"a frame of {HtmlPage.Text(clip.Name)}\" src=\"data:image/png;base64,")
                .Append(Convert.ToBase64String(picture.Span)).Append("\">");
        }

        html.Append(CultureInfo.InvariantCulture, $"""
            <figcaption><strong>{HtmlPage.Text(clip.Name)}</strong> <span class="chip">{clip.Emotion.ToText()}</span>
            """);
        if (!string.IsNullOrWhiteSpace(clip.Words))
            html.Append(CultureInfo.InvariantCulture, $"<q>{HtmlPage.Text(clip.Words)}</q>");

        html.Append("</figcaption></figure><div class=\"answers\">");
        foreach (var (index, answer) in clip.Answers.Index())
            AppendAnswer(html, clip, answer, Moment(clip.Answers, index));

        html.Append("<div class=\"answer expected\"><div class=\"moment\">annotation</div><p>")
            .Append(ClueMarks.Render(clip.Expected, clip.Emotion, clip.Expected, clip.Clues))
            .Append("</p></div></div></article>\n");
        return html.ToString();
    }

    private static void AppendAnswer(StringBuilder html, ReportClip clip, SampleAnswer answer, string moment)
    {
        var named = EmotionLabelParser.Parse(answer.Answer);
        var (style, verdict) = named == clip.Emotion ? ("right", "✓ right")
            : named is { } other ? ("wrong", $"✗ {other.ToText()}")
            : ("none", "no emotion named");
        var text = string.IsNullOrWhiteSpace(answer.Answer)
            ? "<em class=\"muted\">no answer</em>"
            : ClueMarks.Render(answer.Answer, clip.Emotion, clip.Expected, clip.Clues);
        html.Append(CultureInfo.InvariantCulture, $"""
            <div class="answer {style}"><div class="moment">{moment}<span>{verdict}</span></div><p>{text}</p></div>

            """);
    }

    private static string Moment(IReadOnlyList<SampleAnswer> answers, int index)
    {
        var step = answers[index].Step;
        if (step == 0)
            return "before training";

        return index == answers.Count - 1 && index > 0
            ? "after training"
            : string.Create(CultureInfo.InvariantCulture, $"after {step:N0} steps");
    }
}
