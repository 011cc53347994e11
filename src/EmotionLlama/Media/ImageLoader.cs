using System.Runtime.InteropServices;
using SkiaSharp;

namespace EmotionLlama.Media;

/// <summary>Decodes picture files: PNG, JPEG and what else Skia knows. Transparency is dropped, colours are taken as
/// they are stored, and the rotation a camera noted in EXIF is applied.</summary>
public static class ImageLoader
{
    // More than any video frame; keeps a header that lies from taking all memory.
    private const long MaximumPixels = 1 << 26;

    /// <summary>Reads a picture file.</summary>
    /// <exception cref="InputException">The file is missing, empty, truncated, too large or not a picture.</exception>
    public static RgbImage Load(string path)
    {
        try
        {
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such picture file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the picture cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Decodes a picture that is in memory.</summary>
    /// <param name="bytes">The content of a picture file.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="InputException">It is empty, truncated, too large or not a picture.</exception>
    public static RgbImage Decode(byte[] bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length == 0)
            throw new InputException($"{name}: the picture is empty (0 bytes); extract or copy it again");

        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data)
            ?? throw new InputException($"{name}: not a picture, or a corrupt one; give a PNG or JPEG file");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MaximumPixels)
        {
            throw new InputException(
                $"{name}: {width}x{height} is more than {MaximumPixels} pixels; scale the picture down");
        }

        // Without a colour space in the target Skia leaves colours as they are stored.
        var target = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var decoded = new uint[width * height];
        var result = Decode(codec, target, decoded);
        if (result != SKCodecResult.Success)
            throw new InputException($"{name}: the picture is truncated or corrupt ({result}); extract or copy it again");

        return Upright(decoded, width, height, codec.EncodedOrigin);
    }

    private static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo target, uint[] pixels)
    {
        fixed (uint* start = pixels)
            return codec.GetPixels(target, (nint)start);
    }

    private static RgbImage Upright(uint[] rgba, int width, int height, SKEncodedOrigin origin)
    {
        var last = (width * height) - 1;
        var lastRow = last - width + 1;
        var lastColumn = width - 1;

        // Where the upright picture's top left pixel lies, and how far its right and lower neighbours are.
        var (start, right, down) = origin switch
        {
            SKEncodedOrigin.TopRight => (lastColumn, -1, width),
            SKEncodedOrigin.BottomRight => (last, -1, -width),
            SKEncodedOrigin.BottomLeft => (lastRow, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => (lastRow, -width, 1),
            SKEncodedOrigin.RightBottom => (last, -width, -1),
            SKEncodedOrigin.LeftBottom => (lastColumn, width, -1),
            _ => (0, 1, width),
        };
        var isOnItsSide = origin >= SKEncodedOrigin.LeftTop;
        var image = isOnItsSide ? RgbImage.Blank(height, width) : RgbImage.Blank(width, height);
        var source = MemoryMarshal.AsBytes(rgba.AsSpan());
        var pixels = image.Pixels.AsSpan();
        for (var y = 0; y < image.Height; y++)
        {
            var from = start + (y * down);
            for (var x = 0; x < image.Width; x++, from += right)
            {
                source.Slice(from * 4, 3).CopyTo(pixels);
                pixels = pixels[3..];
            }
        }

        return image;
    }
}
