namespace EmotionLlama.Models.Encoders;

/// <summary>Sizes of a ViT-MAE's encoder, as a Hugging Face <c>config.json</c> gives them.</summary>
public sealed record VitMaeConfig : VisionEncoderConfig
{
    /// <summary>Reads <c>config.json</c> of a Hugging Face folder. The ratio of masked patches is of no account: all
    /// patches are seen here.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, is no JSON, or describes something that this encoder does
    /// not compute.</exception>
    public static VitMaeConfig Read(string path)
    {
        var file = EncoderConfigFile.Read(path);
        CheckKind(file, "vit_mae");
        var config = new VitMaeConfig
        {
            ImageSize = file.Side("image_size"),
            PatchSize = file.Side("patch_size"),
            HiddenSize = file.Integer("hidden_size"),
            IntermediateSize = file.Integer("intermediate_size"),
            Layers = file.Integer("num_hidden_layers"),
            Heads = file.Integer("num_attention_heads"),
            NormEpsilon = file.Epsilon("layer_norm_eps", 1e-12),
            AttentionBias = file.Flag("qkv_bias", otherwise: true),
        };
        config.CheckSizes(path, pictures: 1);
        return config;
    }
}
