using EmotionLlama.Checkpoints;

namespace EmotionLlama.Pretraining;

/// <summary>The files of the tiny model: a folder with a Llama, a vision tower and the feature encoders.</summary>
/// <param name="folder">The folder.</param>
public sealed class TinyModel(string folder)
{
    /// <summary>The tiny model that comes with the program.</summary>
    public static TinyModel Shipped { get; } = new(Path.Combine(AppContext.BaseDirectory, "models", "tiny"));

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>The Llama, a Hugging Face folder with the tokenizer.</summary>
    public string LlamaFolder => Path.Combine(folder, "llama");

    /// <summary>The vision tower.</summary>
    public string VisionFile => Path.Combine(folder, "eva_vit.safetensors");

    /// <summary>The feature encoders.</summary>
    public string EncodersFile => Path.Combine(folder, "encoders.safetensors");

    /// <summary>The model card.</summary>
    public string CardFile => Path.Combine(folder, "README.md");

    /// <summary>Reads the feature encoders.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public TinyClipEncoders OpenEncoders()
    {
        using var source = SafetensorsFile.Open(EncodersFile);
        return new TinyClipEncoders(source);
    }
}
