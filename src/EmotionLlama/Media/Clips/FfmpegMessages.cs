using System.Text.RegularExpressions;

namespace EmotionLlama.Media.Clips;

/// <summary>Makes one line for a person of what <c>ffmpeg</c> says about a clip.</summary>
internal static partial class FfmpegMessages
{
    private const int MaximumLength = 240;
    private const int SignalBase = 128;

    // Said about a clip whose end is missing, by demuxers that then end as if all were well.
    private static readonly string[] CutOff = ["prematurely", "partial file", "truncated"];

    /// <summary>Why a run failed; null where it did not.</summary>
    /// <param name="exitCode">What the program returned.</param>
    /// <param name="errors">What it wrote to its error stream.</param>
    /// <param name="program">Its name.</param>
    public static string? FindFailure(int exitCode, string errors, string program)
    {
        var lines = errors.Split('\n').Select(Clean).Where(line => line.Length > 0).Distinct().ToList();
        if (exitCode == 0)
        {
            return lines.Find(line => CutOff.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)));
        }

        if (lines.Count > 0)
            return Shorten(string.Join("; ", lines.Take(2)));

        return exitCode > SignalBase
            ? $"{program} was ended by signal {exitCode - SignalBase}"
            : $"{program} ended with code {exitCode}";
    }

    private static string Clean(string line)
    {
        line = Source().Replace(line.Trim(), "");
        // The name of the clip stands before the reason already.
        var named = NamedFile().Match(line);
        if (named.Success)
            line = line[named.Length..];
        return Noise().IsMatch(line) ? "" : line.TrimEnd('.');
    }

    private static string Shorten(string line) =>
        line.Length <= MaximumLength ? line : string.Concat(line.AsSpan(0, MaximumLength), "…");

    [GeneratedRegex(@"^(\[[^\]]* @ 0x[0-9a-f]+\] ?)+")]
    private static partial Regex Source();

    [GeneratedRegex(@"^file:.*: (?=\S)")]
    private static partial Regex NamedFile();

    [GeneratedRegex(@"^(Last message repeated|Conversion failed)")]
    private static partial Regex Noise();
}
