using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Reporting;

namespace EmotionLlama.Workflows;

/// <summary>The HTML report of an evaluation.</summary>
internal static class EvaluationReport
{
    /// <summary>Writes the report, and beside it the confusion matrix as a picture.</summary>
    /// <param name="path">The HTML file.</param>
    /// <param name="recipe">What was run.</param>
    /// <param name="metrics">The scores.</param>
    /// <param name="scores">The same, to draw.</param>
    /// <param name="modalities">Which modality drives the labels; null where none was withheld.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(
        string path,
        Recipe recipe,
        RecognitionMetrics metrics,
        ClassificationReport scores,
        ModalityReport? modalities)
    {
        var checkpoint = Path.GetFileName(recipe.Model.Ckpt);
        HtmlReport.Write(path, new ReportModel
        {
            Title = $"Evaluation on {metrics.Dataset}",
            Subtitle = string.Create(
                CultureInfo.InvariantCulture,
                $"{(string.IsNullOrEmpty(checkpoint) ? "the untuned model" : checkpoint)} on {metrics.Clips} clips, labels of {metrics.Labels.ToText()}"),
            Recognition = metrics,
            Classification = scores,
            Modalities = modalities,
            Recipe = RecipeWriter.ToYaml(recipe),
        });
        Runtime.AtomicFile.WriteText(
            Path.Combine(Path.GetDirectoryName(path)!, "confusion.svg"), ConfusionChart.Draw(scores) + "\n");
    }
}
