using EmotionLlama.Configuration;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>What to export, as what, and what the checkpoint itself does not say.</summary>
public sealed record ExportRequest
{
    /// <summary>The trained weights: a checkpoint of ours or the original's, a safetensors file of such names, or an
    /// adapter's folder of peft.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The format.</summary>
    public required ExportFormat Format { get; init; }

    /// <summary>The file or folder to write; there is none yet, or an empty folder.</summary>
    public required string Output { get; init; }

    /// <summary>Gives the Llama and the LoRA settings where the checkpoint does not; null without one.</summary>
    public LoadedRecipe? Recipe { get; init; }

    /// <summary>The Llama's folder, for an adapter also its name on a hub; null takes the recipe's or the checkpoint's.
    /// </summary>
    public string? LlamaFolder { get; init; }

    /// <summary>LoRA's alpha, whatever else says; null takes the checkpoint's or the recipe's.</summary>
    public double? LoraAlpha { get; init; }

    /// <summary>Data type of a merged Llama; null keeps that of each weight.</summary>
    public ScalarType? DataType { get; init; }

    /// <summary>The most bytes of values in one file of a merged Llama.</summary>
    public long MaxShardBytes { get; init; } = 5_000_000_000;
}
