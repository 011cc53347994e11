using System.Globalization;
using System.Text.Json;

namespace EmotionLlama.Media.Clips;

/// <summary>Asks <c>ffprobe</c> what a file is.</summary>
internal static class ClipProbe
{
    // A clip of a hundred streams with long tags stays far below.
    private const int MaximumReportBytes = 4 << 20;

    // The same bound as for pictures: more than any frame, and little enough to hold.
    private const long MaximumPixels = 1 << 26;

    // They name other files instead of holding frames.
    private static readonly string[] Playlists = ["concat", "hls", "dash", "imf", "sdp", "lavfi"];

    /// <summary>What a clip is.</summary>
    /// <param name="program">The programs.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="cancellation">Stops the program.</param>
    /// <exception cref="InputException">It is missing, cut off, damaged, or no clip.</exception>
    public static ClipInfo Inspect(
        FfmpegProgram program, string path, ClipOptions options, CancellationToken cancellation)
    {
        var shown = ClipFile.Show(path);
        var bytes = ClipFile.Check(path);
        using var process = new FfmpegProcess(
            program.Ffprobe,
            [
                "-hide_banner", "-v", "error", "-protocol_whitelist", "file",
                "-show_format", "-show_streams", "-print_format", "json", "-i", ClipFile.Url(path),
            ],
            shown,
            options.Patience,
            cancellation);
        var report = process.ReadText(MaximumReportBytes);
        if (process.FindFailure() is { } reason)
            throw new InputException($"{shown}: not a clip, or a damaged one: {reason}; copy it again");

        try
        {
            using var json = JsonDocument.Parse(report);
            return Describe(json.RootElement, path, bytes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InputException($"{shown}: ffprobe {program.Version} describes it in a way not understood", e);
        }
    }

    private static ClipInfo Describe(JsonElement report, string path, long bytes)
    {
        var format = report.GetProperty("format");
        var container = Text(format, "format_name") ?? "";
        var shown = ClipFile.Show(path);
        if (Array.Exists(Playlists, name => container.Split(',').Contains(name)))
            throw new InputException($"{shown}: a playlist ({container}), not a clip; name the clips themselves");
        if (container == "image2" && path.Contains('%', StringComparison.Ordinal))
            throw new InputException($"{shown}: '%' in a picture's name stands for a series; rename the file");

        var streams = report.GetProperty("streams").EnumerateArray().ToList();
        var info = new ClipInfo
        {
            Path = path,
            Bytes = bytes,
            Container = container,
            Duration = Seconds(format) ?? streams.Select(Seconds).Max(),
            Video = streams.Where(IsMovingPicture).Select(stream => DescribeVideo(stream, shown)).FirstOrDefault(),
            Sound = streams.Where(IsSound).Select(DescribeSound).FirstOrDefault(),
        };
        return info.HasVideo || info.HasAudio
            ? info
            : throw new InputException($"{shown}: it has neither video nor sound; give a clip");
    }

    private static bool IsMovingPicture(JsonElement stream) =>
        Text(stream, "codec_type") == "video"
        && !(stream.TryGetProperty("disposition", out var disposition)
            && disposition.TryGetProperty("attached_pic", out var attached)
            && attached.GetInt32() != 0);

    private static bool IsSound(JsonElement stream) =>
        Text(stream, "codec_type") == "audio" && Number(stream, "channels") > 0;

    private static ClipVideo DescribeVideo(JsonElement stream, string shown)
    {
        var (width, height) = ((int)(Number(stream, "width") ?? 0), (int)(Number(stream, "height") ?? 0));
        if (width < 1 || height < 1)
            throw new InputException($"{shown}: damaged: the size of its frames is unknown; copy it again");
        if ((long)width * height > MaximumPixels)
            throw new InputException($"{shown}: frames of {width}x{height} are more than {MaximumPixels} pixels");

        var rotation = Rotation(stream);
        // As ffmpeg decides: within a degree of lying on its side.
        var isOnItsSide = Math.Abs((rotation % 180) - 90) <= 1;
        return new ClipVideo(
            (int)(Number(stream, "index") ?? 0),
            Text(stream, "codec_name") ?? "unknown",
            isOnItsSide ? height : width,
            isOnItsSide ? width : height,
            rotation,
            Ratio(Text(stream, "avg_frame_rate")),
            Number(stream, "nb_frames"));
    }

    private static ClipSound DescribeSound(JsonElement stream) => new(
        Text(stream, "codec_name") ?? "unknown",
        (int)(Number(stream, "sample_rate") ?? 0),
        (int)(Number(stream, "channels") ?? 0));

    /// <summary>Degrees clockwise; <c>ffprobe</c> counts them the other way round.</summary>
    private static int Rotation(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var list))
            return 0;

        foreach (var item in list.EnumerateArray())
        {
            if (item.TryGetProperty("rotation", out var value) && value.TryGetDouble(out var degrees)
                && double.IsFinite(degrees))
            {
                return (int)(((-Math.Round(degrees) % 360) + 360) % 360);
            }
        }

        return 0;
    }

    private static TimeSpan? Seconds(JsonElement part) =>
        double.TryParse(Text(part, "duration"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && seconds is > 0 and < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static double? Ratio(string? text) =>
        text?.Split('/') is [var over, var under]
        && double.TryParse(over, NumberStyles.Float, CultureInfo.InvariantCulture, out var numerator)
        && double.TryParse(under, NumberStyles.Float, CultureInfo.InvariantCulture, out var denominator)
        && numerator > 0 && denominator > 0
            ? numerator / denominator
            : null;

    /// <summary>A number, which <c>ffprobe</c> writes with quotes or without; null where it is absent.</summary>
    private static long? Number(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value)
        && long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number is >= 0 and <= int.MaxValue
            ? number
            : null;

    private static string? Text(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
