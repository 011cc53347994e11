using System.Text.Json;
using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets.Vision;

/// <summary>The file that says what a vision cache holds, for people and for versions to come.</summary>
internal static class VisionCacheDescription
{
    /// <summary>The file.</summary>
    public const string FileName = "about.json";

    // Raised when pictures are prepared otherwise, or the files are laid out otherwise.
    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the file.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string folder, VisionOutputKind kind) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), Text(kind));

    /// <summary>Refuses a folder that holds something else.</summary>
    /// <returns>Whether there is a cache.</returns>
    /// <exception cref="InputException">The file is of another kind or format, or cannot be read.</exception>
    public static bool Check(string folder, VisionOutputKind kind)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return false;

        var text = DataFile.Guard(path, () => File.ReadAllText(path));
        return text == Text(kind)
            ? true
            : throw new InputException($"{path}: this vision cache is of another version of the program or of another "
                + $"tower; delete {folder}, or name another folder as run.vision_cache");
    }

    private static string Text(VisionOutputKind kind) => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["what"] = "outputs of a frozen vision tower, a picture each; made by emotion-llama, may be deleted",
            ["format"] = Format,
            ["weights"] = kind.Weights,
            ["image_size"] = kind.ImageSize,
            ["heads"] = kind.Heads,
            ["dtype"] = kind.Dtype.ToString().ToLowerInvariant(),
            ["tokens"] = kind.Tokens,
            ["channels"] = kind.Channels,
        },
        Options) + "\n";
}
