namespace EmotionLlama.Cli.Verbs;

/// <summary>What <c>score</c> measures.</summary>
internal enum ScoreMetric
{
    /// <summary>Clue overlap and label overlap, 0 to 10.</summary>
    Overlap,

    /// <summary>Precision, recall and F1 of open-vocabulary labels on emotion wheels.</summary>
    Wheel,
}
