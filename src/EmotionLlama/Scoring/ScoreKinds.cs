namespace EmotionLlama.Scoring;

/// <summary>The names of the scores.</summary>
public static class ScoreKinds
{
    /// <summary>A score's name for people.</summary>
    public static string ToText(this ScoreKind kind) => kind switch
    {
        ScoreKind.ClueOverlap => "clue overlap",
        ScoreKind.LabelOverlap => "label overlap",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
