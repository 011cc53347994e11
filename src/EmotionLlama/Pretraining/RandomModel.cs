namespace EmotionLlama.Pretraining;

/// <summary>The files of a model with random weights, as a researcher downloads the real ones.</summary>
/// <param name="folder">The folder.</param>
public sealed class RandomModel(string folder)
{
    /// <summary>The Llama, a Hugging Face folder with a tokenizer.</summary>
    public string LlamaFolder => Path.Combine(folder, "llama");

    /// <summary>The vision tower.</summary>
    public string VisionFile => Path.Combine(folder, "eva_vit_g.pth");

    /// <summary>The trained weights, as stage 1 leaves them.</summary>
    public string CheckpointFile => Path.Combine(folder, "stage1.pth");
}
