namespace EmotionLlama.Models.Encoders;

/// <summary>Sizes that the encoders of pictures and of videos have in common.</summary>
public abstract record VisionEncoderConfig
{
    // Attention over more is beyond any machine; a file that asks for it is damaged.
    private const long MostTokens = 1 << 20;

    /// <summary>Height and width of a picture in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Height and width of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Channels of a token.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Channels inside the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Added to the variance in layer normalizations.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Whether queries and values have a bias.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Patches of a picture.</summary>
    public int PatchesPerImage => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <summary>Refuses what the encoders do not compute, whatever their kind.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="kind">Its <c>model_type</c>.</param>
    private protected static void CheckKind(EncoderConfigFile file, string kind)
    {
        file.ExpectModel(kind);
        file.ExpectOnly("hidden_act", "gelu");
        file.ExpectOnly("num_channels", 3);
    }

    /// <summary>Refuses sizes that contradict each other.</summary>
    private protected void CheckSizes(string path, int pictures)
    {
        if (ImageSize % PatchSize != 0)
            throw new InputException($"{path}: image_size {ImageSize} is no multiple of patch_size {PatchSize}");

        if (HiddenSize % Heads != 0)
            throw new InputException($"{path}: num_attention_heads {Heads} does not divide hidden_size {HiddenSize}");

        var side = (long)ImageSize / PatchSize;
        if (side > MostTokens || pictures > MostTokens || side * side > MostTokens / pictures)
        {
            throw new InputException(
                $"{path}: image_size {ImageSize} makes more than {MostTokens} patches of patch_size {PatchSize}");
        }
    }
}
