namespace EmotionLlama.Checkpoints;

/// <summary>Opens weights wherever they lie.</summary>
public static class WeightSources
{
    /// <summary>Opens a Hugging Face folder, a safetensors file or a PyTorch checkpoint, told apart by content.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <exception cref="InputException">There is nothing there, or it is damaged or of another kind.</exception>
    public static IOpenWeights Open(string path)
    {
        if (Directory.Exists(path))
            return new HuggingFaceFolder(path);

        FileKind kind;
        using (var file = CheckpointFile.Open(path))
        {
            kind = FileKinds.Detect(file);
            if (kind is not (FileKind.Safetensors or FileKind.Zip or FileKind.Pickle))
                throw FileKinds.Unknown(file, "a safetensors file or a PyTorch checkpoint");
        }

        return kind == FileKind.Safetensors ? SafetensorsFile.Open(path) : TorchCheckpoint.Open(path);
    }
}
