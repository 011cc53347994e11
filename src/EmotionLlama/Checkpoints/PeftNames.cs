using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints;

/// <summary>
/// The names of low-rank adapters (LoRA) in checkpoints of different versions of the library peft. Older ones write
/// <c>q_proj.lora_A.weight</c> beside <c>q_proj.weight</c>; newer ones put the adapter's name in,
/// <c>q_proj.lora_A.default.weight</c>, and call the frozen weight <c>q_proj.base_layer.weight</c>.
/// </summary>
public static class PeftNames
{
    /// <summary>The older form of a name; a name of another kind stays as it is.</summary>
    public static string Normalize(string name) => name
        .Replace(".lora_A.default.", ".lora_A.", StringComparison.Ordinal)
        .Replace(".lora_B.default.", ".lora_B.", StringComparison.Ordinal)
        .Replace(".base_layer.", ".", StringComparison.Ordinal);

    /// <summary>What adapter folders put before the name of a Llama's module.</summary>
    public const string AdapterPrefix = "base_model.model.";

    /// <summary>What checkpoints of Emotion-LLaMA put before it: there the adapted Llama is a part of the model.
    /// </summary>
    public const string CheckpointPrefix = "llama_model." + AdapterPrefix;

    /// <summary>What a module's name is followed by in that of its first matrix <c>[rank, in]</c>.</summary>
    public const string ASuffix = ".lora_A.weight";

    /// <summary>What a module's name is followed by in that of its second matrix <c>[out, rank]</c>.</summary>
    public const string BSuffix = ".lora_B.weight";

    /// <summary>A source with the older form of all its names. It reads from the given one, which stays the caller's
    /// to dispose.</summary>
    /// <exception cref="InputException">Two names have the same older form.</exception>
    public static IWeightSource Normalize(IWeightSource source) => new RenamedWeights(source, Normalize);
}
