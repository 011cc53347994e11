using System.Buffers.Binary;
using System.Globalization;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Makes clips for tests. Frame n of them is grey and brighter than the one before, so that a frame tells its
/// number.</summary>
internal static class SampleClips
{
    public const int Width = 64;
    public const int Height = 48;

    // One step of brightness in the file; video's black is 16 and its white 235.
    private const int Step = 4;
    private const double Range = 219 / 255.0;

    /// <summary>A clip of grey frames at 10 a second, with a tone in stereo at 44.1 kHz or without.</summary>
    public static string Counting(string path, int frames, bool sound = true, params string[] output)
    {
        var seconds = Number(frames / 10.0);
        string[] tone = ["-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=44100:duration={seconds}"];
        Ffmpeg.Run(
        [
            "-f", "lavfi", "-i", $"color=black:size={Width}x{Height}:rate=10:duration={seconds},"
                + $"geq=lum=16+{Step}*N:cb=128:cr=128",
            .. sound ? tone : [],
            "-c:v", Encoder, "-q:v", "1", "-g", "8", "-pix_fmt", "yuv420p",
            .. sound ? new[] { "-ac", "2", "-c:a", "aac" } : [],
            .. output, path,
        ]);
        return path;
    }

    /// <summary>The number that a frame of such a clip tells.</summary>
    public static int NumberOf(RgbImage frame) =>
        (int)Math.Round(frame.Pixels.Average(level => (double)level) * Range / Step);

    /// <summary>Turns a clip by a quarter, clockwise, in what it says about itself: the matrix of the track's header
    /// (ISO/IEC 14496-12, 8.3.2) is replaced.</summary>
    public static void TurnByAQuarter(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var matrix = bytes.AsSpan(bytes.AsSpan().IndexOf("tkhd"u8) + 44);
        ReadOnlySpan<int> turned = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000];
        for (var i = 0; i < turned.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(matrix[(i * 4)..], turned[i]);
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>A number as <c>ffmpeg</c> reads it.</summary>
    public static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    // Part of every build of ffmpeg.
    private static string Encoder => "mpeg4";
}
