namespace EmotionLlama.Workflows;

/// <summary>Folders that runs write to.</summary>
internal static class OutputFolder
{
    /// <summary>Makes a folder if need be, and finds out now whether it can be written to.</summary>
    /// <exception cref="InputException">It cannot.</exception>
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
            throw new InputException($"{folder}: cannot write to this output folder (run.output_dir): {e.Message}", e);
        }
    }
}
