using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>What the model said about a held-out clip.</summary>
internal sealed record HeldOutAnswer
{
    /// <summary>The clip.</summary>
    public required string Clip { get; init; }

    /// <summary>Its label.</summary>
    public required Emotion Emotion { get; init; }

    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>How the model was asked.</summary>
    public required string Instruction { get; init; }

    /// <summary>The annotation, which the model did not see.</summary>
    public required string Expected { get; init; }

    /// <summary>The most likely answer.</summary>
    public required string Answer { get; init; }

    /// <summary>Answers drawn at random.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];
}
