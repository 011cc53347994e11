using System.Diagnostics;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Runs <c>ffmpeg</c> for tests, or skips them where there is none.</summary>
internal static class Ffmpeg
{
    private static readonly Lazy<FfmpegProgram?> Found = new(() =>
    {
        try
        {
            return FfmpegProgram.Find();
        }
        catch (InputException)
        {
            return null;
        }
    });

    /// <summary>The programs, or a skipped test.</summary>
    public static FfmpegProgram Require()
    {
        if (Found.Value is null)
            Assert.Skip("ffmpeg is not installed (apt-get install -y ffmpeg)");

        return Found.Value!;
    }

    /// <summary>Runs it, and fails the test where it fails.</summary>
    public static void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Require().Ffmpeg, ["-nostdin", "-v", "error", "-y", .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ffmpeg {string.Join(' ', arguments)}: {errors}");
    }

    /// <summary>Fails where a process goes on whose command line names a folder. Looks at nothing where the system has
    /// no <c>/proc</c>.</summary>
    public static void AssertNoneRunsOn(string folder)
    {
        // What was killed may take a moment to go.
        for (var look = 0; look < 100 && RunningOn(folder).Count > 0; look++)
            Thread.Sleep(20);
        Assert.Empty(RunningOn(folder));
    }

    private static List<string> RunningOn(string folder)
    {
        if (!Directory.Exists("/proc"))
            return [];

        var lines = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(name => int.TryParse(name[6..], out _)))
        {
            try
            {
                lines.Add(File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' '));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return [.. lines.Where(line => line.Contains(folder, StringComparison.Ordinal))];
    }
}
