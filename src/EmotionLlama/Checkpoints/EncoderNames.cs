namespace EmotionLlama.Checkpoints;

/// <summary>The names that encoders' tensors have had: below the prefix of a model with a head, and from before PyTorch
/// and transformers changed some of them.</summary>
public static class EncoderNames
{
    private static readonly string[] Prefixes = ["hubert.", "vit.", "videomae."];

    private static readonly (string Older, string Newer)[] Renamed =
    [
        (".pos_conv_embed.conv.weight_g", ".pos_conv_embed.conv.parametrizations.weight.original0"),
        (".pos_conv_embed.conv.weight_v", ".pos_conv_embed.conv.parametrizations.weight.original1"),
        (".attention.attention.q_bias", ".attention.attention.query.bias"),
        (".attention.attention.v_bias", ".attention.attention.value.bias"),
    ];

    /// <summary>The name without its prefix, as today's transformers writes it.</summary>
    public static string Normalize(string name)
    {
        var prefix = Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) ?? "";
        var (older, newer) = Renamed.FirstOrDefault(pair => name.EndsWith(pair.Older, StringComparison.Ordinal));
        return older is null ? name[prefix.Length..] : name[prefix.Length..^older.Length] + newer;
    }
}
