namespace EmotionLlama.Runtime;

/// <summary>Opens data files, with errors a person can act on.</summary>
internal static class DataFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The lines of a UTF-8 text file, read as they are asked for.</summary>
    /// <exception cref="InputException">The file is missing or cannot be read.</exception>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var reader = OpenText(path);
        while (Guard(path, reader.ReadLine) is { } line)
            yield return line;
    }

    /// <summary>Opens a UTF-8 text file.</summary>
    /// <exception cref="InputException">The file is missing or cannot be read.</exception>
    public static StreamReader OpenText(string path) => new(Open(path));

    /// <summary>Opens a file for one reading from start to end.</summary>
    /// <exception cref="InputException">The file is missing or cannot be read.</exception>
    public static FileStream Open(string path) => Guard(path, () => new FileStream(
        path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan));

    /// <summary>Runs an access to a file and turns its failure into an input error that names the file.</summary>
    public static T Guard<T>(string path, Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
