namespace EmotionLlama.Scoring;

/// <summary>What a system, or an annotator, wrote about the emotion of a clip.</summary>
public sealed record EmotionDescription
{
    /// <summary>The clip.</summary>
    public required string Name { get; init; }

    /// <summary>The free text; empty where only labels are known.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Emotion words of any vocabulary; null where they are to be read out of <see cref="Reason"/>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}
