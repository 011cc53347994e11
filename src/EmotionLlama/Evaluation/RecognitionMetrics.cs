using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>How well emotions were recognized in a test set; <c>metrics.json</c>.</summary>
public sealed record RecognitionMetrics
{
    /// <summary>The test set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Which labels it has.</summary>
    public required LabelScheme Labels { get; init; }

    /// <summary>Clips answered about.</summary>
    public required int Clips { get; init; }

    /// <summary>Clips that could not be read and were left out.</summary>
    public required int Unreadable { get; init; }

    /// <summary>The share of right answers.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The lower end of its 95 % interval (Wilson).</summary>
    public required double AccuracyLower { get; init; }

    /// <summary>The upper end of its 95 % interval (Wilson).</summary>
    public required double AccuracyUpper { get; init; }

    /// <summary>The weighted average recall, which is the accuracy; the first measure of DFEW.</summary>
    public double War => Accuracy;

    /// <summary>The unweighted average recall; the second measure of DFEW.</summary>
    public required double Uar { get; init; }

    /// <summary>The weighted average F1; the measure of the MER challenges.</summary>
    public required double Waf { get; init; }

    /// <summary>Answers that name no emotion, refusals included.</summary>
    public required int NoLabel { get; init; }

    /// <summary>Answers that refuse to say what the person feels.</summary>
    public required int Refusals { get; init; }

    /// <summary>Answers that name an emotion which the test set does not have.</summary>
    public required int OutsideLabels { get; init; }

    /// <summary>The scores of each label.</summary>
    public required IReadOnlyList<ClassScores> Classes { get; init; }

    /// <summary>Clips by their label and what the answers name: a label, <c>outside</c> or <c>none</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Confusion { get; init; }

    /// <summary>The metrics of predictions.</summary>
    /// <param name="dataset">The test set's name.</param>
    /// <param name="scheme">Its labels.</param>
    /// <param name="predictions">What the model said.</param>
    /// <param name="unreadable">Clips that were left out.</param>
    public static RecognitionMetrics Of(
        string dataset, LabelScheme scheme, IReadOnlyList<ClipPrediction> predictions, int unreadable = 0)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var report = ClipEvaluation.Score(predictions, scheme);
        return new RecognitionMetrics
        {
            Dataset = dataset,
            Labels = scheme,
            Clips = predictions.Count,
            Unreadable = unreadable,
            Accuracy = report.Accuracy.Value,
            AccuracyLower = report.Accuracy.Lower,
            AccuracyUpper = report.Accuracy.Upper,
            Uar = report.UnweightedRecall,
            Waf = report.WeightedF1,
            NoLabel = report.Unlabelled,
            Refusals = predictions.Count(prediction => prediction.IsRefusal),
            OutsideLabels = report.OutsideLabels,
            Classes = report.Classes,
            Confusion = report.Labels.ToDictionary(
                label => label.ToText(), label => (IReadOnlyDictionary<string, int>)Row(report, label)),
        };
    }

    private static OrderedDictionary<string, int> Row(ClassificationReport report, Emotion expected) =>
        new OrderedDictionary<string, int>(
            report.Labels.Select(label => KeyValuePair.Create(label.ToText(), report.Confusions(expected, label))))
        {
            ["outside"] = report.ConfusionsOutside(expected),
            ["none"] = report.Confusions(expected, null),
        };
}
