using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>Finds the clips of a folder with their tables and sentences.</summary>
public static class ClipSources
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v", ".mpg", ".mpeg", ".flv", ".wmv", ".ts", ".3gp", ".ogv",
    };

    /// <summary>All clips that have a file or a table, in the order of their names.</summary>
    /// <param name="clipFolder">The folder of clips.</param>
    /// <param name="openFaceFolder">The folder of tables, <c>NAME.csv</c>.</param>
    /// <param name="transcripts">What is said; null where nobody knows.</param>
    /// <exception cref="InputException">A folder is missing, has nothing, or two clips share a name.</exception>
    public static IReadOnlyList<ClipSource> Find(
        string clipFolder, string openFaceFolder, Transcripts? transcripts)
    {
        var clips = Files(clipFolder, "--clips", Extensions.Contains, "clip");
        var tables = Files(
            openFaceFolder,
            "--openface",
            extension => extension.Equals(".csv", StringComparison.OrdinalIgnoreCase),
            "OpenFace table NAME.csv");
        return
        [
            .. clips.Keys.Union(tables.Keys).Order(StringComparer.Ordinal).Select(name => new ClipSource(
                name, clips.GetValueOrDefault(name), tables.GetValueOrDefault(name), transcripts?[name])),
        ];
    }

    private static Dictionary<string, string> Files(
        string folder, string option, Predicate<string> wanted, string what)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{option} {folder}: no such folder; check the path");

        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (!wanted(Path.GetExtension(file)))
                continue;

            var name = Path.GetFileNameWithoutExtension(file);
            if (!files.TryAdd(name, file))
            {
                throw new InputException($"{option} {folder}: {Path.GetFileName(files[name])} and "
                    + $"{Path.GetFileName(file)} have the same name; take one away");
            }
        }

        return files.Count > 0 ? files : throw new InputException($"{option} {folder}: has no {what}; check the path");
    }
}
