namespace EmotionLlama.Scoring.Wheel;

/// <summary>How much of the true emotions of a clip a description has.</summary>
public sealed record LabelScore
{
    /// <summary>The true emotion words.</summary>
    public required IReadOnlyList<string> Truth { get; init; }

    /// <summary>The emotion words of the description.</summary>
    public required IReadOnlyList<string> Prediction { get; init; }

    /// <summary>The overlap, 0 to 10; null where no wheel has a word of the truth.</summary>
    public required double? Score { get; init; }
}
