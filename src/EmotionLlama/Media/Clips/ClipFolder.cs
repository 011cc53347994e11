namespace EmotionLlama.Media.Clips;

/// <summary>Finds clips in folders, by what their names end in. What is in a file is for <see cref="ClipReader"/> to
/// find out.</summary>
public static class ClipFolder
{
    /// <summary>What the names of clips end in; where a name has several, the first counts.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v", ".flv", ".wmv", ".mpg", ".mpeg", ".ts", ".3gp", ".ogv"];

    /// <summary>The clip of a name.</summary>
    /// <param name="folder">Where to look; not below it.</param>
    /// <param name="name">The clip's name.</param>
    /// <returns>Its path; null where there is none.</returns>
    public static string? Find(string folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Extensions
            .SelectMany(extension => (string[])[extension, extension.ToUpperInvariant()])
            .Select(extension => Path.Combine(folder, name + extension))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>All clips of a folder, not those below it, in the order of their names.</summary>
    /// <exception cref="InputException">The folder cannot be read, or two clips have one name.</exception>
    public static IReadOnlyList<NamedClip> List(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            var clips = Directory.EnumerateFiles(folder)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Select(file => new NamedClip(Path.GetFileNameWithoutExtension(file), file))
                .OrderBy(clip => clip.Name, StringComparer.Ordinal)
                .ThenBy(clip => clip.Path, StringComparer.Ordinal)
                .ToList();
            CheckNames(clips);
            return clips;
        }
        catch (DirectoryNotFoundException e)
        {
            throw new InputException($"{folder}: no such folder of clips", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Refuses clips of which two would be called the same.</summary>
    /// <exception cref="InputException">There are such.</exception>
    public static void CheckNames(IEnumerable<NamedClip> clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        if (clips.GroupBy(clip => clip.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InputException($"two clips are called '{twice.Key}': {string.Join(" and ", twice.Select(clip =>
                clip.Path).Take(2))}; rename or remove one");
        }
    }
}
