using System.Globalization;
using System.Text.RegularExpressions;
using EmotionLlama.Runtime;

namespace EmotionLlama.Media.Clips;

/// <summary>The programs <c>ffmpeg</c> and <c>ffprobe</c> of this machine. Clips are decoded by them and by nothing
/// else; names of files reach them as arguments, never through a shell.</summary>
public sealed partial record FfmpegProgram
{
    /// <summary>The environment variable that names the <c>ffmpeg</c> program, or the folder that holds it and
    /// <c>ffprobe</c>.</summary>
    public const string PathVariable = "EMOTION_LLAMA_FFMPEG";

    // The first version that calls it -fps_mode; later ones no longer know -vsync.
    private static readonly Version FirstWithFrameRateMode = new(5, 1);
    private static readonly TimeSpan VersionPatience = TimeSpan.FromSeconds(30);

    private FfmpegProgram(string ffmpeg, string ffprobe, string version)
    {
        Ffmpeg = ffmpeg;
        Ffprobe = ffprobe;
        Version = version;
    }

    /// <summary>Where <c>ffmpeg</c> is.</summary>
    public string Ffmpeg { get; }

    /// <summary>Where <c>ffprobe</c> is.</summary>
    public string Ffprobe { get; }

    /// <summary>The version that <c>ffmpeg</c> prints, such as <c>5.1.9-0+deb12u1</c>.</summary>
    public string Version { get; }

    /// <summary>The arguments that keep every decoded frame as it is, none doubled and none dropped.</summary>
    internal IReadOnlyList<string> EveryFrame =>
        ParseVersion(Version) is { } version && version < FirstWithFrameRateMode
            ? ["-vsync", "passthrough"]
            : ["-fps_mode", "passthrough"];

    /// <summary>Finds the programs and asks <c>ffmpeg</c> for its version.</summary>
    /// <param name="path">The <c>ffmpeg</c> program or its folder; null takes <see cref="PathVariable"/> or else what
    /// is on the path. <c>ffprobe</c> is looked for beside it first.</param>
    /// <exception cref="InputException">One of them is missing or does not run.</exception>
    public static FfmpegProgram Find(string? path = null)
    {
        var named = path ?? Environment.GetEnvironmentVariable(PathVariable);
        if (string.IsNullOrWhiteSpace(named))
            named = null;

        var ffmpeg = named is null ? ProgramFile.FindOnPath("ffmpeg") : FindNamed(named);
        if (ffmpeg is null)
            throw Missing(named is null ? "ffmpeg: not found on the path" : $"{named}: no ffmpeg here");

        ffmpeg = Path.GetFullPath(ffmpeg);
        var beside = Path.Combine(Path.GetDirectoryName(ffmpeg)!, ProgramFile.NameOf("ffprobe"));
        var ffprobe = File.Exists(beside) ? beside : ProgramFile.FindOnPath("ffprobe");
        return ffprobe is null
            ? throw Missing($"ffprobe: neither beside {ffmpeg} nor on the path")
            : new FfmpegProgram(ffmpeg, ffprobe, AskVersion(ffmpeg));
    }

    private static string? FindNamed(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, ProgramFile.NameOf("ffmpeg")) : path;
        return File.Exists(file) ? file : null;
    }

    private static InputException Missing(string what) => new(
        $"{what}; video and sound are read with it: apt-get install -y ffmpeg (Debian, Ubuntu), brew install ffmpeg "
        + $"(macOS), winget install ffmpeg (Windows), or name the program in {PathVariable}");

    private static string AskVersion(string ffmpeg)
    {
        using var process = new FfmpegProcess(ffmpeg, ["-version"], ffmpeg, VersionPatience, CancellationToken.None);
        var text = process.ReadText(maximumBytes: 1 << 16);
        process.RequireSuccess();
        return text.Split('\n', 2)[0].Split(' ') is [_, "version", var version, ..]
            ? version.Trim()
            : throw new InputException($"{ffmpeg}: does not answer -version as ffmpeg does; name another program in "
                + PathVariable);
    }

    /// <summary>A release's number; null for a build between releases, which counts as new.</summary>
    private static Version? ParseVersion(string text)
    {
        var match = ReleaseNumber().Match(text);
        return match.Success
            ? new Version(
                int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
                int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"^n?(\d{1,3})\.(\d{1,3})")]
    private static partial Regex ReleaseNumber();
}
