namespace EmotionLlama.Checkpoints;

/// <summary>What a checkpoint says about its LoRA matrices and the Llama they belong to.</summary>
/// <param name="Rank">The rank; null where it does not say.</param>
/// <param name="Alpha">Alpha; null where it does not say.</param>
/// <param name="Dropout">Dropout; null where it does not say.</param>
/// <param name="Llama">The Llama's folder or name; null where it does not say.</param>
internal sealed record StatedLora(int? Rank, double? Alpha, double? Dropout, string? Llama)
{
    /// <summary>What the original's code takes where its recipe gives no alpha.</summary>
    private const double OriginalAlpha = 16;

    /// <summary>The dropout of the original, whose recipes have no key for it.</summary>
    private const double OriginalDropout = 0.05;

    /// <summary>Reads what is stated: by an adapter's settings, or by the recipe that checkpoints of ours and of the
    /// original keep under <c>config</c>.</summary>
    public static StatedLora Of(IOpenWeights weights) => weights switch
    {
        PeftFolder { Config: var config } =>
            new(config.Lora.Rank, config.Lora.Alpha, config.Lora.Dropout, config.BaseModel),
        TorchCheckpoint { Root: var root } when Entry(Entry(root, "config"), "model") is { } model => OfRecipe(model),
        _ => new(null, null, null, null),
    };

    private static StatedLora OfRecipe(object model)
    {
        // A recipe with neither is of something else, or was cut down to nothing.
        var rank = Number(model, "lora_r");
        var known = rank is not null || Entry(model, "arch") is "minigpt_v2";
        return new StatedLora(
            (int?)rank,
            Number(model, "lora_alpha") ?? (known ? OriginalAlpha : null),
            Number(model, "lora_dropout") ?? (known ? OriginalDropout : null),
            Entry(model, "llama_model") as string is { Length: > 0 } llama ? llama : null);
    }

    private static double? Number(object node, string key) => Entry(node, key) switch
    {
        long number => number,
        double number => number,
        _ => null,
    };

    private static object? Entry(object? node, string key) =>
        (node as OrderedDictionary<object, object?>)?.GetValueOrDefault(key);
}
