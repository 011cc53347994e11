using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>What became of a clip: it was built, dropped, or it failed.</summary>
internal sealed record ClipOutcome
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The label of its face; null where there is none.</summary>
    public PseudoLabel? Label { get; init; }

    /// <summary>The clip with its annotations; null where there are none.</summary>
    public BuiltClip? Clip { get; init; }

    /// <summary>Why it was dropped.</summary>
    public ClipDrop? Drop { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>The answers that were used.</summary>
    public IReadOnlyList<KeptAnswer> Answers { get; init; } = [];

    /// <summary>The emotion that the text model concluded; null where it did not get that far.</summary>
    public Emotion? Concluded { get; init; }

    /// <summary>Action units of its table for which there is no text.</summary>
    public IReadOnlyList<int> UnknownUnits { get; init; } = [];
}
