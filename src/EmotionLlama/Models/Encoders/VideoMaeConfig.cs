namespace EmotionLlama.Models.Encoders;

/// <summary>Sizes of a VideoMAE's encoder, as a Hugging Face <c>config.json</c> gives them.</summary>
public sealed record VideoMaeConfig : VisionEncoderConfig
{
    /// <summary>Frames of a video: 16 in the published models.</summary>
    public required int Frames { get; init; }

    /// <summary>Frames that a token spans: 2 in the published models.</summary>
    public required int TubeletSize { get; init; }

    /// <summary>Whether the last layer's output is normalized: where <c>use_mean_pooling</c> is false. The features of
    /// MERR were taken without.</summary>
    public bool FinalNorm { get; init; } = true;

    /// <summary>Tokens of a video.</summary>
    public int Tokens => Frames / TubeletSize * PatchesPerImage;

    /// <summary>Reads <c>config.json</c> of a Hugging Face folder.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, is no JSON, or describes something that this encoder does
    /// not compute.</exception>
    public static VideoMaeConfig Read(string path)
    {
        var file = EncoderConfigFile.Read(path);
        CheckKind(file, "videomae");
        var config = new VideoMaeConfig
        {
            ImageSize = file.Side("image_size"),
            PatchSize = file.Side("patch_size"),
            Frames = file.Integer("num_frames", 16),
            TubeletSize = file.Integer("tubelet_size", 2),
            HiddenSize = file.Integer("hidden_size"),
            IntermediateSize = file.Integer("intermediate_size"),
            Layers = file.Integer("num_hidden_layers"),
            Heads = file.Integer("num_attention_heads"),
            NormEpsilon = file.Epsilon("layer_norm_eps", 1e-12),
            AttentionBias = file.Flag("qkv_bias", otherwise: true),
            FinalNorm = !file.Flag("use_mean_pooling", otherwise: true),
        };
        if (config.Frames % config.TubeletSize != 0)
        {
            throw new InputException(
                $"{path}: num_frames {config.Frames} is no multiple of tubelet_size {config.TubeletSize}");
        }

        config.CheckSizes(path, config.Frames / config.TubeletSize);
        return config;
    }
}
