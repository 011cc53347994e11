namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>What trained weights are exported as.</summary>
public enum ExportFormat
{
    /// <summary>An adapter's folder that the library peft loads, with the projections in a file of ours.</summary>
    Peft,

    /// <summary>A Llama's folder that Hugging Face's transformers loads, the LoRA matrices added into its weights.
    /// </summary>
    Merged,

    /// <summary>A PyTorch checkpoint in the original's layout, <c>{model: …}</c>.</summary>
    Pth,
}
