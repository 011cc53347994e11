namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>The format of stored weights.</summary>
public enum StoredKind
{
    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>A PyTorch checkpoint of the zip format, of version 1.6 and later.</summary>
    TorchZip,

    /// <summary>A PyTorch checkpoint of the format before 1.6.</summary>
    TorchLegacy,

    /// <summary>A model's folder as Hugging Face's transformers writes it.</summary>
    HuggingFaceFolder,

    /// <summary>A folder with a low-rank adapter as the library peft writes it, perhaps with projections beside it.
    /// </summary>
    PeftFolder,
}
