namespace EmotionLlama.Scoring;

/// <summary>The two scores of EMER.</summary>
public enum ScoreKind
{
    /// <summary>Overlap of the clues.</summary>
    ClueOverlap,

    /// <summary>Overlap of the emotions.</summary>
    LabelOverlap,
}
