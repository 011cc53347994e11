using EmotionLlama.Configuration;

namespace EmotionLlama.Monitoring;

/// <summary>What was measured on held-out clips at one point of a run. What was not measured is null.</summary>
/// <param name="Step">Optimizer steps taken so far; 0 is before training.</param>
/// <param name="Epoch">The epoch, counted from 0.</param>
/// <param name="Loss">Mean cross entropy of an answer token.</param>
public sealed record ValidationMetrics(long Step, int Epoch, double Loss)
{
    /// <summary>Mean loss of the epoch's optimizer steps, dropout and augmentation on.</summary>
    public double? TrainingLoss { get; init; }

    /// <summary>Held-out clips that were answered about.</summary>
    public int? Answers { get; init; }

    /// <summary>Share of answers that conclude with the labelled emotion.</summary>
    public double? Accuracy { get; init; }

    /// <summary>F1 of the labels, weighted by their clips.</summary>
    public double? Waf { get; init; }

    /// <summary>Mean overlap of the clues that answer and annotation mention, 0 to 10.</summary>
    public double? ClueOverlap { get; init; }

    /// <summary>Mean overlap of the emotions that answer and annotation name, 0 to 10.</summary>
    public double? LabelOverlap { get; init; }

    /// <summary>Standard deviation of the clue overlap over temperature samples about a clip, averaged over the
    /// clips.</summary>
    public double? ClueSpread { get; init; }

    /// <summary>The same of the label overlap.</summary>
    public double? LabelSpread { get; init; }

    /// <summary>What the answers are like as texts.</summary>
    public AnswerStatistics? Texts { get; init; }

    /// <summary>The value of a metric; null where it was not measured.</summary>
    public double? Value(ValidationMetric metric) => metric switch
    {
        ValidationMetric.ClueOverlap => ClueOverlap,
        ValidationMetric.LabelOverlap => LabelOverlap,
        ValidationMetric.Accuracy => Accuracy,
        ValidationMetric.Waf => Waf,
        _ => Loss,
    };

    /// <summary>What was measured besides the losses, by name as in the log.</summary>
    public IEnumerable<(string Name, double Value)> Figures()
    {
        (string Name, double? Value)[] figures =
        [
            ("accuracy", Accuracy),
            ("waf", Waf),
            ("clue_overlap", ClueOverlap),
            ("label_overlap", LabelOverlap),
            ("clue_spread", ClueSpread),
            ("label_spread", LabelSpread),
            ("without_clue", Texts?.WithoutClue),
            ("words", Texts?.Words),
            ("distinct1", Texts?.Distinct1),
            ("distinct2", Texts?.Distinct2),
        ];
        foreach (var (name, value) in figures)
        {
            if (value is { } known)
                yield return (name, known);
        }
    }
}
