namespace EmotionLlama.Evaluation;

/// <summary>What withholding one modality does to the answers about some clips.</summary>
public sealed record ModalityEffect
{
    /// <summary>The modality that is withheld.</summary>
    public required string Modality { get; init; }

    /// <summary>The share of right answers without it.</summary>
    public required Proportion Accuracy { get; init; }

    /// <summary>Of the clips with a label, the share whose label changes without it.</summary>
    public required Proportion Changed { get; init; }

    /// <summary>Clips whose label no other modality changes.</summary>
    public required int Alone { get; init; }

    /// <summary>What labels change to without it, <c>none</c> for no label, most often first.</summary>
    public required IReadOnlyDictionary<string, int> Becomes { get; init; }
}
