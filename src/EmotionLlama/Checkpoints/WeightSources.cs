namespace EmotionLlama.Checkpoints;

/// <summary>Opens weights wherever they lie.</summary>
public static class WeightSources
{
    /// <summary>Opens a Hugging Face folder, an adapter's folder of peft, a safetensors file or a PyTorch checkpoint,
    /// told apart by content.</summary>
    /// <param name="path">The folder or file.</param>
    /// <exception cref="InputException">There is nothing there, it is damaged or of another kind, or it is an adapter
    /// that cannot be used here.</exception>
    public static IOpenWeights Open(string path)
    {
        if (Directory.Exists(path))
            return PeftFolder.IsAt(path) ? OpenPeft(path) : new HuggingFaceFolder(path);

        FileKind kind;
        using (var file = CheckpointFile.Open(path))
        {
            kind = FileKinds.Detect(file);
            if (kind is not (FileKind.Safetensors or FileKind.Zip or FileKind.Pickle))
                throw FileKinds.Unknown(file, "a safetensors file or a PyTorch checkpoint");
        }

        return kind == FileKind.Safetensors ? SafetensorsFile.Open(path) : TorchCheckpoint.Open(path);
    }

    private static PeftFolder OpenPeft(string path)
    {
        var folder = PeftFolder.Open(path);
        if (folder.Problem is not { } problem)
            return folder;

        folder.Dispose();
        throw new InputException($"{path}: {problem}");
    }
}
