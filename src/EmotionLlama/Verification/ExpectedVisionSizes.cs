namespace EmotionLlama.Verification;

/// <summary>Sizes of the vision tower in <c>expected.json</c>.</summary>
internal sealed record ExpectedVisionSizes
{
    /// <summary>Channels of a token.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Height and width of a patch in pixels.</summary>
    public required int Patch { get; init; }
}
