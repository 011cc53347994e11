namespace EmotionLlama.Configuration;

/// <summary>The figure of an evaluation during training that decides which checkpoint is best and when to stop.</summary>
public enum ValidationMetric
{
    /// <summary>Loss on the held-out clips; lower is better.</summary>
    ValLoss,

    /// <summary>Overlap of the clues that an answer and the annotation mention, 0 to 10.</summary>
    ClueOverlap,

    /// <summary>Overlap of the emotions that an answer and the annotation name, 0 to 10.</summary>
    LabelOverlap,

    /// <summary>Share of answers that conclude with the labelled emotion.</summary>
    Accuracy,

    /// <summary>F1 of the labels, weighted by their clips.</summary>
    Waf,
}
