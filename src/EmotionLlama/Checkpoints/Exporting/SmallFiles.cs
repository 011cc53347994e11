namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>What lies beside the weights in a Llama's folder and belongs to a copy of it: settings, vocabulary,
/// licence.</summary>
internal static class SmallFiles
{
    /// <summary>Vocabularies have a few megabytes at most.</summary>
    private const long MaxBytes = 100_000_000;

    private static readonly string[] WeightEndings =
    [
        ".safetensors", ".bin", ".pth", ".pt", ".gguf", ".ggml", ".h5", ".msgpack", ".onnx", ".index.json",
        Runtime.AtomicFile.UnfinishedSuffix,
    ];

    /// <summary>Lists the files to copy, by name, and the names of those that are too large for it.</summary>
    public static (IReadOnlyList<FileInfo> Files, IReadOnlyList<string> TooLarge) Of(string folder)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(file => !file.Name.StartsWith('.') && !WeightEndings.Any(
                ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            .Where(file => Content(file).Exists)
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToList();
        return ([.. files.Where(file => Content(file).Length <= MaxBytes)],
            [.. files.Where(file => Content(file).Length > MaxBytes).Select(file => file.Name)]);
    }

    /// <summary>The size of files together.</summary>
    public static long BytesOf(IEnumerable<FileInfo> files) => files.Sum(file => Content(file).Length);

    /// <summary>Downloads of Hugging Face's hub are links to the files.</summary>
    private static FileInfo Content(FileInfo file) =>
        file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
}
