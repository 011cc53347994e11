using EmotionLlama.Runtime;
using SkiaSharp;

namespace EmotionLlama.Media;

/// <summary>A picture in memory: 8 bits each of red, green and blue for every pixel.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Pixels">The bytes, row by row from the top, red, green and blue of one pixel side by side:
/// <c>[height, width, 3]</c>.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    private const int Channels = 3;
    private const int JpegQuality = 92;

    /// <summary>Columns, at least 1.</summary>
    public int Width { get; } = Width > 0
        ? Width
        : throw new ArgumentOutOfRangeException(nameof(Width), Width, "a picture has at least one column");

    /// <summary>Rows, at least 1.</summary>
    public int Height { get; } = Height > 0
        ? Height
        : throw new ArgumentOutOfRangeException(nameof(Height), Height, "a picture has at least one row");

    /// <summary>The bytes, row by row from the top: <c>[height, width, 3]</c>. They may be painted on.</summary>
    public byte[] Pixels { get; } = Pixels.Length == (long)Width * Height * Channels
        ? Pixels
        : throw new ArgumentException(
            $"{Width}x{Height} RGB pixels are {(long)Width * Height * Channels} bytes, not {Pixels.Length}",
            nameof(Pixels));

    /// <summary>A black picture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Blank(int width, int height) =>
        new(width, height, new byte[checked(Math.Max(width, 0) * Math.Max(height, 0) * Channels)]);

    /// <summary>A copy of a rectangle inside the picture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is empty or reaches outside.</exception>
    public RgbImage Crop(int left, int top, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width - left);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Height - top);
        var crop = Blank(width, height);
        for (var row = 0; row < height; row++)
        {
            Pixels.AsSpan((((top + row) * Width) + left) * Channels, width * Channels)
                .CopyTo(crop.Pixels.AsSpan(row * width * Channels));
        }

        return crop;
    }

    /// <summary>Writes the picture as a PNG file: beside its place first, then renamed, so that no half-written file
    /// is ever seen.</summary>
    public void SavePng(string path)
    {
        using var encoded = EncodePng();
        AtomicFile.Write(path, stream => encoded.SaveTo(stream));
    }

    /// <summary>The picture as a JPEG file, made smaller where it is too large.</summary>
    /// <param name="longestSide">Most columns and rows.</param>
    public byte[] ToJpeg(int longestSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestSide, 1);
        using var bitmap = ToBitmap();
        var scale = (double)longestSide / Math.Max(Width, Height);
        using var resized = scale < 1
            ? bitmap.Resize(
                new SKSizeI(Scaled(Width), Scaled(Height)),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))
            : null;
        using var encoded = (resized ?? bitmap).Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        return encoded.ToArray();

        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }

    private SKData EncodePng()
    {
        using var bitmap = ToBitmap();
        return bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
    }

    private SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(
            new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var target = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < Pixels.Length; from += Channels, to += 4)
        {
            Pixels.AsSpan(from, Channels).CopyTo(target[to..]);
            target[to + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
