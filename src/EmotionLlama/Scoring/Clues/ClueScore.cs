namespace EmotionLlama.Scoring.Clues;

/// <summary>How many of the clues of the truth a description tells.</summary>
public sealed record ClueScore
{
    /// <summary>Clues of both.</summary>
    public required IReadOnlyList<Clue> Matched { get; init; }

    /// <summary>Clues of the truth that the description lacks.</summary>
    public required IReadOnlyList<Clue> Missed { get; init; }

    /// <summary>Clues of the description that the truth lacks, or denies.</summary>
    public required IReadOnlyList<Clue> Added { get; init; }

    /// <summary>Share of the words said, as the truth quotes them, that the description quotes too; null where the
    /// truth quotes none.</summary>
    public required double? SpokenShare { get; init; }

    /// <summary>Share of the description's clues that are true, 0 to 1; 0 where it has none.</summary>
    public required double Precision { get; init; }

    /// <summary>Share of the truth's clues that the description has, 0 to 1.</summary>
    public required double Recall { get; init; }

    /// <summary>Ten times the harmonic mean of precision and recall; null where the truth has no clue.</summary>
    public required double? Score { get; init; }
}
