namespace EmotionLlama.Tests;

/// <summary>Finds the reference data that lies beside a developer's checkout. A stranger's clone has none: tests that
/// need it skip and say so.</summary>
internal static class SharedData
{
    /// <summary>The root of this checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A path in the shared folder, or a skipped test where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable("EMOTION_LLAMA_SHARED")
            ?? Path.Combine(Repository, "..", "shared");
        var path = Path.GetFullPath(Path.Combine([root, .. parts]));
        if (!Path.Exists(path))
            Assert.Skip($"reference data not present: {Path.Combine(["shared", .. parts])}");

        return path;
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EmotionLlama.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("the tests run outside a checkout: no EmotionLlama.slnx above them");
    }
}
