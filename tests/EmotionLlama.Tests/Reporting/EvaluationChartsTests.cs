using System.Text.RegularExpressions;
using System.Xml.Linq;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Reporting;

namespace EmotionLlama.Tests.Reporting;

public sealed class EvaluationChartsTests
{
    private static readonly ClipPrediction[] Predictions =
    [
        ClipPrediction.Of("a", Emotion.Happy, "happy"), ClipPrediction.Of("b", Emotion.Happy, "doubt"),
        ClipPrediction.Of("c", Emotion.Sad, "no idea"), ClipPrediction.Of("d", Emotion.Sad, "sad"),
    ];

    private static readonly ClassificationReport Scores = ClipEvaluation.Score(Predictions, LabelScheme.Mer2023);

    private static readonly ModalityReport Modalities = ModalityReport.Of(
        Predictions, [("face", [.. Predictions.Select(made => made with { Predicted = Emotion.Sad })])]);

    [Fact]
    public void The_confusion_matrix_is_a_picture_of_its_own_with_columns_for_other_emotions_and_none()
    {
        var svg = XDocument.Parse(ConfusionChart.Draw(Scores));

        Assert.Equal("http://www.w3.org/2000/svg", svg.Root!.Name.NamespaceName);
        var texts = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value).ToList();
        Assert.Equal(2, texts.Count(text => text == "worried"));
        Assert.Contains("other", texts);
        Assert.Contains("none", texts);
        Assert.Equal(4, texts.Count(text => text == "1"));
    }

    [Fact]
    public void The_report_has_a_column_for_other_emotions_where_there_are_some()
    {
        var html = HtmlReport.Render(new ReportModel { Title = "An evaluation", Classification = Scores });

        var happy = Regex.Match(html, "<tr><th>happy</th>(.*?)</tr>").Groups[1].Value;
        Assert.Equal(8, Regex.Count(happy, "<td"));
        Assert.Contains("<th class=\"muted\">other</th>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_of_an_evaluation_shows_its_measures()
    {
        var html = HtmlReport.Render(new ReportModel
        {
            Title = "An evaluation",
            Recognition = RecognitionMetrics.Of("clips", LabelScheme.Mer2023, Predictions),
        });

        Assert.Contains("accuracy (WAR)", html, StringComparison.Ordinal);
        Assert.Contains("50.00 %", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_show_the_share_that_each_modality_drives()
    {
        var html = HtmlReport.Render(new ReportModel { Title = "An evaluation", Modalities = Modalities });

        // Overall two of three labels change without the face; of the happy clips both do, of the sad ones none.
        var widths = Regex.Matches(html, "width=\"([0-9.]+)\" height=\"20\" rx=\"3\" class=\"by-face\"")
            .Select(bar => double.Parse(bar.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, widths.Count);
        Assert.Equal(widths[1], 2 * widths[0], 1);
        Assert.Contains("without face", html, StringComparison.Ordinal);
    }
}
