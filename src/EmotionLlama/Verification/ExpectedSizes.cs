namespace EmotionLlama.Verification;

/// <summary>Sizes of the models in <c>expected.json</c>.</summary>
internal sealed record ExpectedSizes
{
    /// <summary>Channels of the Llama.</summary>
    public required int Hidden { get; init; }

    /// <summary>Layers of the Llama.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads of the Llama.</summary>
    public required int Heads { get; init; }

    /// <summary>Height and width of a picture in pixels.</summary>
    public required int Image { get; init; }

    /// <summary>The vision tower.</summary>
    public required ExpectedVisionSizes Vit { get; init; }
}
