using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>How well answers name the labelled emotions. An answer that names none counts as wrong.</summary>
public sealed class ClassificationReport
{
    private static readonly Emotion[] Labels = Enum.GetValues<Emotion>();

    // [expected, predicted], with one more column for answers without a label.
    private readonly int[,] _confusion;

    private ClassificationReport(int[,] confusion)
    {
        _confusion = confusion;
        Classes = [.. Labels.Select(Score)];

        var supported = Classes.Where(scores => scores.Support > 0).ToList();
        var hits = Labels.Sum(label => confusion[(int)label, (int)label]);
        var count = supported.Sum(scores => scores.Support);
        Accuracy = new Proportion(hits, count);
        Unlabelled = Labels.Sum(label => confusion[(int)label, Labels.Length]);
        WeightedF1 = count > 0 ? supported.Sum(scores => scores.Support * scores.F1) / count : 0;
        UnweightedRecall = count > 0 ? supported.Average(scores => scores.Recall) : 0;
    }

    /// <summary>The share of right answers among all.</summary>
    public Proportion Accuracy { get; }

    /// <summary>The mean of the labels' F1, weighted by their clips: <c>Σ nₖ F1ₖ / Σ nₖ</c>, as scikit-learn's
    /// <c>f1_score(average="weighted")</c>; the measure of the MER challenges.</summary>
    public double WeightedF1 { get; }

    /// <summary>The mean recall of the labels that occur, each counting the same: UAR of the INTERSPEECH 2009 emotion
    /// challenge (Schuller, Steidl and Batliner). Always giving the same label scores 1 / labels.</summary>
    public double UnweightedRecall { get; }

    /// <summary>Answers that name no emotion.</summary>
    public int Unlabelled { get; }

    /// <summary>The scores of every label, in the order of <see cref="Emotion"/>, those without clips too.</summary>
    public IReadOnlyList<ClassScores> Classes { get; }

    /// <summary>Counts answers.</summary>
    /// <param name="answers">The label of each clip and the emotion its answer names, null for none.</param>
    public static ClassificationReport From(IEnumerable<(Emotion Expected, Emotion? Predicted)> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var confusion = new int[Labels.Length, Labels.Length + 1];
        foreach (var (expected, predicted) in answers)
            confusion[(int)expected, Column(predicted)]++;

        return new ClassificationReport(confusion);
    }

    /// <summary>Clips labelled <paramref name="expected"/> whose answer names <paramref name="predicted"/>, or no
    /// emotion where that is null: a cell of the confusion matrix.</summary>
    public int Confusions(Emotion expected, Emotion? predicted) => _confusion[(int)expected, Column(predicted)];

    /// <summary>Precision <c>TP / (TP + FP)</c>, recall <c>TP / (TP + FN)</c> and F1 <c>2PR / (P + R)</c> (van
    /// Rijsbergen, Information Retrieval, 1979), with 0 for 0 / 0.</summary>
    private ClassScores Score(Emotion label)
    {
        var hits = Confusions(label, label);
        var answered = Labels.Sum(expected => Confusions(expected, label));
        var support = Labels.Sum(predicted => Confusions(label, predicted)) + Confusions(label, null);
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

    private static int Column(Emotion? predicted) => predicted is { } label ? (int)label : Labels.Length;

    private static double Ratio(int part, int whole) => whole > 0 ? (double)part / whole : 0;
}
