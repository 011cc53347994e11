using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>How well answers name the labelled emotions. An answer counts as wrong where it names none, and where it
/// names one that is no label of the test set.</summary>
public sealed class ClassificationReport
{
    // [expected, predicted], with two more columns: emotions outside the labels, and none.
    private readonly int[,] _confusion;

    private ClassificationReport(IReadOnlyList<Emotion> labels, int[,] confusion)
    {
        Labels = labels;
        _confusion = confusion;
        Classes = [.. labels.Select(Score)];

        var supported = Classes.Where(scores => scores.Support > 0).ToList();
        var hits = labels.Sum(label => Confusions(label, label));
        var count = supported.Sum(scores => scores.Support);
        Accuracy = new Proportion(hits, count);
        OutsideLabels = labels.Sum(ConfusionsOutside);
        Unlabelled = labels.Sum(label => Confusions(label, null));
        WeightedF1 = count > 0 ? supported.Sum(scores => scores.Support * scores.F1) / count : 0;
        UnweightedRecall = count > 0 ? supported.Average(scores => scores.Recall) : 0;
    }

    /// <summary>The labels of the test set.</summary>
    public IReadOnlyList<Emotion> Labels { get; }

    /// <summary>The share of right answers among all; DFEW's WAR, the weighted average recall.</summary>
    public Proportion Accuracy { get; }

    /// <summary>The mean of the labels' F1, weighted by their clips: <c>Σ nₖ F1ₖ / Σ nₖ</c>, as scikit-learn's
    /// <c>f1_score(average="weighted")</c>; the WAF of the MER challenges.</summary>
    public double WeightedF1 { get; }

    /// <summary>The mean recall of the labels that occur, each counting the same: UAR of the INTERSPEECH 2009 emotion
    /// challenge (Schuller, Steidl and Batliner). Always giving the same label scores 1 / labels.</summary>
    public double UnweightedRecall { get; }

    /// <summary>Answers that name no emotion.</summary>
    public int Unlabelled { get; }

    /// <summary>Answers that name an emotion which is none of <see cref="Labels"/>.</summary>
    public int OutsideLabels { get; }

    /// <summary>The scores of every label, in the order of <see cref="Labels"/>, those without clips too.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>Counts answers.</summary>
    /// <param name="answers">The label of each clip and the emotion its answer names, null for none.</param>
    /// <param name="scheme">The labels of the test set; every clip's must be one of them.</param>
    public static ClassificationReport From(
        IEnumerable<(Emotion Expected, Emotion? Predicted)> answers, LabelScheme scheme = LabelScheme.Merr)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var labels = scheme.Labels();
        var confusion = new int[labels.Count, labels.Count + 2];
        foreach (var (expected, predicted) in answers)
            confusion[Row(labels, expected), Column(labels, predicted)]++;

        return new ClassificationReport(labels, confusion);
    }

    /// <summary>Clips labelled <paramref name="expected"/> whose answer names <paramref name="predicted"/>, or no
    /// emotion where that is null: a cell of the confusion matrix. Emotions outside the labels share one column.</summary>
    public int Confusions(Emotion expected, Emotion? predicted) =>
        _confusion[Row(Labels, expected), Column(Labels, predicted)];

    /// <summary>Clips labelled <paramref name="expected"/> whose answer names an emotion outside the labels.</summary>
    public int ConfusionsOutside(Emotion expected) => _confusion[Row(Labels, expected), Labels.Count];

    /// <summary>Precision <c>TP / (TP + FP)</c>, recall <c>TP / (TP + FN)</c> and F1 <c>2PR / (P + R)</c> (van
    /// Rijsbergen, Information Retrieval, 1979), with 0 for 0 / 0.</summary>
    private ClassScores Score(Emotion label)
    {
        var hits = Confusions(label, label);
        var answered = Labels.Sum(expected => Confusions(expected, label));
        var support = Labels.Sum(predicted => Confusions(label, predicted))
            + ConfusionsOutside(label) + Confusions(label, null);
        return new ClassScores
        {
            Emotion = label,
            Precision = Ratio(hits, answered),
            Recall = Ratio(hits, support),
            // 2PR / (P + R), multiplied out.
            F1 = Ratio(2 * hits, answered + support),
            Support = support,
        };
    }

    private static int Row(IReadOnlyList<Emotion> labels, Emotion expected) => Place(labels, expected)
        ?? throw new ArgumentOutOfRangeException(nameof(expected), expected, "is no label of the test set");

    private static int Column(IReadOnlyList<Emotion> labels, Emotion? predicted) => predicted is { } label
        ? Place(labels, label) ?? labels.Count
        : labels.Count + 1;

    private static int? Place(IReadOnlyList<Emotion> labels, Emotion emotion)
    {
        for (var place = 0; place < labels.Count; place++)
        {
            if (labels[place] == emotion)
                return place;
        }

        return null;
    }

    private static double Ratio(int part, int whole) => whole > 0 ? (double)part / whole : 0;
}
