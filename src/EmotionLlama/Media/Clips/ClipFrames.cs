using System.Globalization;
using System.Text;

namespace EmotionLlama.Media.Clips;

/// <summary>Decodes frames of one clip: upright, 8-bit RGB, numbered in the order in which they come out of the
/// decoder, whatever their times.</summary>
internal sealed class ClipFrames
{
    private const int Channels = 3;

    // Beyond this the frames between are decoded into the pipe and passed over here.
    private const int MaximumRuns = 64;

    // Only the last numbers of a report matter; they fill far less.
    private const int MaximumReportBytes = 1 << 16;
    private const int KeptReportBytes = 1 << 12;

    private readonly FfmpegProgram _program;
    private readonly ClipOptions _options;
    private readonly ClipInfo _info;
    private readonly ClipVideo _video;
    private readonly string _shown;

    /// <summary>Prepares to decode.</summary>
    /// <exception cref="InputException">The clip has no video.</exception>
    public ClipFrames(FfmpegProgram program, ClipOptions options, ClipInfo info)
    {
        (_program, _options, _info, _shown) = (program, options, info, ClipFile.Show(info.Path));
        _video = info.Video
            ?? throw new InputException($"{_shown}: it has no video, only sound; give a clip with both");
    }

    /// <summary>Decodes the whole clip and counts its frames.</summary>
    /// <exception cref="InputException">The clip is damaged or holds no frame.</exception>
    public long Count(CancellationToken cancellation)
    {
        using var process = Start(["-f", "null", "-progress", "pipe:1", "-"], filter: null, cancellation);
        using var report = new MemoryStream();
        var buffer = new byte[4096];
        while (process.Read(buffer) is > 0 and var read)
        {
            report.Write(buffer, 0, read);
            if (report.Length > MaximumReportBytes)
                KeepEnd(report);
        }

        RequireWhole(process);
        var frames = Encoding.ASCII.GetString(report.ToArray()).Split('\n')
            .LastOrDefault(line => line.StartsWith("frame=", StringComparison.Ordinal));
        var count = frames is null ? 0 : long.Parse(frames.AsSpan(6).Trim(), CultureInfo.InvariantCulture);
        return count > 0 ? count : throw NoFrames();
    }

    /// <summary>Decodes frames by their numbers, and the clip no further than the last of them.</summary>
    /// <param name="indices">The numbers, from 0, in any order, also several times.</param>
    /// <param name="cancellation">Stops the decoding.</param>
    /// <returns>A frame for each number; the same object for the same number.</returns>
    /// <exception cref="InputException">The clip is damaged before the last of them or has no such frame.</exception>
    public IReadOnlyList<RgbImage> Take(IReadOnlyList<long> indices, CancellationToken cancellation)
    {
        if (indices.Count == 0)
            return [];

        var wanted = indices.Distinct().Order().ToList();
        var runs = Runs(wanted);
        if (runs.Count > MaximumRuns)
            runs = [(wanted[0], wanted[^1])];

        var taken = new Dictionary<long, RgbImage>(wanted.Count);
        var passed = runs.Sum(run => run.Last - run.First + 1);
        var select = string.Join('+', runs.Select(run =>
            string.Create(CultureInfo.InvariantCulture, $@"between(n\,{run.First}\,{run.Last})")));
        using (var process = Start(
            [.. Raw, "-frames:v", passed.ToString(CultureInfo.InvariantCulture), "pipe:1"],
            $"select={select}",
            cancellation))
        {
            foreach (var index in runs.SelectMany(Numbers))
            {
                if (Next(process) is not { } frame)
                {
                    RequireWhole(process);
                    break;
                }

                if (wanted.BinarySearch(index) >= 0)
                    taken.Add(index, frame);
            }
        }

        if (taken.Count < wanted.Count)
        {
            var count = Count(cancellation);
            throw new InputException($"{_shown}: frame {wanted[^1]} was asked for; the clip has {count}: "
                + $"0 to {count - 1}");
        }

        return [.. indices.Select(index => taken[index])];
    }

    /// <summary>Decodes every frame, one at a time.</summary>
    /// <exception cref="InputException">The clip is damaged, which may show only after frames have been given, or
    /// holds no frame.</exception>
    public IEnumerable<RgbImage> All(CancellationToken cancellation)
    {
        using var process = Start([.. Raw, "pipe:1"], filter: null, cancellation);
        var any = false;
        while (Next(process) is { } frame)
        {
            any = true;
            yield return frame;
        }

        RequireWhole(process);
        if (!any)
            throw NoFrames();
    }

    private static string[] Raw => ["-pix_fmt", "rgb24", "-f", "rawvideo"];

    private static void KeepEnd(MemoryStream report)
    {
        var end = report.GetBuffer().AsSpan((int)report.Length - KeptReportBytes, KeptReportBytes).ToArray();
        report.SetLength(0);
        report.Write(end);
    }

    private static IEnumerable<long> Numbers((long First, long Last) run)
    {
        for (var index = run.First; index <= run.Last; index++)
            yield return index;
    }

    private static List<(long First, long Last)> Runs(List<long> ascending)
    {
        var runs = new List<(long First, long Last)>();
        foreach (var index in ascending)
        {
            if (runs.Count > 0 && runs[^1].Last == index - 1)
                runs[^1] = (runs[^1].First, index);
            else
                runs.Add((index, index));
        }

        return runs;
    }

    private FfmpegProcess Start(string[] output, string? filter, CancellationToken cancellation)
    {
        // All frames of the pipe have one size, so a clip that changes its size in the middle is brought to the first;
        // for the others this converts the colours only. Without -reinit_filter such a clip would be counted anew.
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={_video.Width}:{_video.Height}");
        return new FfmpegProcess(
            _program.Ffmpeg,
            [
                "-nostdin", "-hide_banner", "-v", "error", "-xerror",
                "-protocol_whitelist", "file",
                "-threads", _options.Threads.ToString(CultureInfo.InvariantCulture),
                "-reinit_filter", "0",
                "-i", ClipFile.Url(_info.Path),
                "-map", string.Create(CultureInfo.InvariantCulture, $"0:{_video.Stream}"),
                .. _program.EveryFrame,
                .. output is ["-f", "null", ..] ? [] : new[] { "-vf", filter is null ? scale : $"{filter},{scale}" },
                .. output,
            ],
            _shown,
            _options.TimeLimit(_info),
            cancellation);
    }

    private RgbImage? Next(FfmpegProcess process)
    {
        var pixels = new byte[_video.Width * _video.Height * Channels];
        var read = process.ReadBlock(pixels);
        if (read == pixels.Length)
            return new RgbImage(_video.Width, _video.Height, pixels);

        if (read > 0)
        {
            RequireWhole(process);
            throw new InputException($"{_shown}: ffmpeg stopped in the middle of a frame; read the clip again");
        }

        return null;
    }

    private void RequireWhole(FfmpegProcess process)
    {
        if (process.FindFailure() is { } reason)
        {
            throw new InputException($"{_shown}: its video is damaged: {reason}; copy the clip again, or keep what is "
                + "left of it: ffmpeg -i FILE OUT.mp4");
        }
    }

    private InputException NoFrames() =>
        new($"{_shown}: damaged: its video holds no frame that can be decoded; copy the clip again");
}
