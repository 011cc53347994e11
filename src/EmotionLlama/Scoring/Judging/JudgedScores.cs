namespace EmotionLlama.Scoring.Judging;

/// <summary>The scores that a judge is asked for.</summary>
[Flags]
public enum JudgedScores
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The overlap of clues, one call a pair.</summary>
    ClueOverlap = 1,

    /// <summary>The overlap of emotions: one call a pair, and one for each description whose emotions are not known.
    /// </summary>
    LabelOverlap = 2,

    /// <summary>Both.</summary>
    Both = ClueOverlap | LabelOverlap,
}
