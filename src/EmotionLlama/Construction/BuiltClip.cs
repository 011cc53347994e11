namespace EmotionLlama.Construction;

/// <summary>A clip with its annotations.</summary>
public sealed record BuiltClip
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What its face says.</summary>
    public required FaceEvidence Face { get; init; }

    /// <summary>The emotion.</summary>
    public required PseudoLabel Label { get; init; }

    /// <summary>What the vision model saw; null without one.</summary>
    public string? VisualClue { get; init; }

    /// <summary>What the audio model heard; null without one, or without sound.</summary>
    public string? AudioClue { get; init; }

    /// <summary>What is said; empty where nobody knows.</summary>
    public required string Sentence { get; init; }

    /// <summary>The coarse caption: the clues.</summary>
    public required string Description { get; init; }

    /// <summary>The fine-grained caption: from the clues to the emotion.</summary>
    public required string Reasoning { get; init; }
}
