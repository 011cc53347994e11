namespace EmotionLlama.Runtime;

/// <summary>Folders that a person names for results.</summary>
internal static class OutputFolder
{
    /// <summary>Makes a folder if need be, and finds out now whether it can be written to.</summary>
    /// <param name="folder">The folder, as the person gave it.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="InputException">It cannot be written to.</exception>
    public static string Open(string folder)
    {
        try
        {
            var full = Directory.CreateDirectory(folder).FullName;
            var probe = Path.Combine(full, $".write-test-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{folder}: cannot be written to, name another output folder: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
