namespace EmotionLlama.Runtime;

/// <summary>Finds programs as a shell does.</summary>
internal static class ProgramFile
{
    /// <summary>The first file of this name in the folders of <c>PATH</c>; null where there is none.</summary>
    public static string? FindOnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, NameOf(name)))
            .FirstOrDefault(File.Exists);

    /// <summary>What a program's file is called on this system.</summary>
    public static string NameOf(string program) => OperatingSystem.IsWindows() ? $"{program}.exe" : program;
}
