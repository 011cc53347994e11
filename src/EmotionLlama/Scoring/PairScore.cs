namespace EmotionLlama.Scoring;

/// <summary>How much of the truth about one clip a description has.</summary>
public sealed record PairScore
{
    /// <summary>The clip.</summary>
    public required string Name { get; init; }

    /// <summary>Overlap of the clues, 0 to 10; null where it could not be scored.</summary>
    public double? ClueOverlap { get; init; }

    /// <summary>Overlap of the emotions, 0 to 10; null where it could not be scored.</summary>
    public double? LabelOverlap { get; init; }

    /// <summary>Why a score is missing; null where none is.</summary>
    public string? Failure { get; init; }

    /// <summary>One of the two scores.</summary>
    public double? this[ScoreKind kind] => kind == ScoreKind.ClueOverlap ? ClueOverlap : LabelOverlap;
}
