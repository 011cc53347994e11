namespace EmotionLlama.Runtime;

/// <summary>Writes folders so that nobody ever meets half of one: all files are written to a folder beside it, which is
/// renamed into place when it is complete.</summary>
public static class AtomicFolder
{
    /// <summary>Finds out whether a new folder may be written at a place: nothing is there, or an empty folder.
    /// </summary>
    /// <exception cref="InputException">Something else is there.</exception>
    public static void CheckFree(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
            throw new InputException($"{path}: is a file; name a new folder");

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new InputException($"{path}: exists and is not empty; name a new folder, or remove this one");
    }

    /// <summary>Writes a new folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="write">Gets the folder to write into. Where it throws, nothing stays behind. What a killed process
    /// left behind, under this name and <see cref="AtomicFile.UnfinishedSuffix"/>, is removed by the next attempt.
    /// </param>
    /// <exception cref="InputException">Something is at the place already, or it cannot be written.</exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        CheckFree(path);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var unfinished = target + AtomicFile.UnfinishedSuffix;
        try
        {
            Remove(unfinished);
            Directory.CreateDirectory(unfinished);
            try
            {
                write(unfinished);
                if (Directory.Exists(target))
                    Directory.Delete(target);

                Directory.Move(unfinished, target);
            }
            catch
            {
                Remove(unfinished);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
