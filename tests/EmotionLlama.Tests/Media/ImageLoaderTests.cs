using EmotionLlama.Media;
using SkiaSharp;

namespace EmotionLlama.Tests.Media;

/// <summary>Decoding of picture files.</summary>
public sealed class ImageLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_JPEG_is_decoded_to_nearly_its_colours()
    {
        var path = _folder.Write("corners.jpg", CornersJpeg());

        Assert.Equal("RGBW", CornersOf(ImageLoader.Load(path)));
    }

    [Theory]
    [InlineData(1, 32, 16, "RGBW")]
    [InlineData(2, 32, 16, "GRWB")]
    [InlineData(3, 32, 16, "WBGR")]
    [InlineData(4, 32, 16, "BWRG")]
    [InlineData(5, 16, 32, "RBGW")]
    [InlineData(6, 16, 32, "BRWG")]
    [InlineData(7, 16, 32, "WGBR")]
    [InlineData(8, 16, 32, "GWRB")]
    public void The_rotation_in_EXIF_is_applied(byte orientation, int width, int height, string corners)
    {
        var image = ImageLoader.Decode(WithOrientation(CornersJpeg(), orientation), "corners.jpg");

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(corners, CornersOf(image));
    }

    [Fact]
    public void Transparency_is_dropped_without_darkening_the_colour()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(1, 1, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.SetPixel(0, 0, new SKColor(200, 100, 50, 128));

        var image = ImageLoader.Decode(bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray(), "pixel.png");

        Assert.Equal<byte>([200, 100, 50], image.Pixels);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<InputException>(() => ImageLoader.Load(_folder["absent.png"]));

        Assert.Contains("absent.png", error.Message, StringComparison.Ordinal);
        Assert.Contains("no such picture", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused() =>
        Assert.Contains("empty", Refusal([]), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_no_picture_is_refused() =>
        Assert.Contains("not a picture", Refusal("just some text"u8.ToArray()), StringComparison.Ordinal);

    [Fact]
    public void A_truncated_picture_is_refused()
    {
        Pictures.Noise(64, 64).SavePng(_folder["whole.png"]);
        var whole = File.ReadAllBytes(_folder["whole.png"]);

        Assert.Contains("truncated", Refusal(whole[..(whole.Length / 2)]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_whose_header_claims_a_huge_size_is_refused_before_memory_is_taken()
    {
        RgbImage.Blank(8, 8).SavePng(_folder["huge.png"]);
        var bytes = File.ReadAllBytes(_folder["huge.png"]);
        // Width and height in the PNG header, big-endian, with the checksum that belongs to them.
        byte[] claimed = [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30];
        claimed.CopyTo(bytes, 16);
        var checksum = Crc32(bytes.AsSpan(12, 17));
        for (var index = 0; index < 4; index++)
            bytes[29 + index] = (byte)(checksum >> (24 - (8 * index)));

        Assert.Contains("30000x30000", Refusal(bytes), StringComparison.Ordinal);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var remainder = uint.MaxValue;
        foreach (var value in bytes)
        {
            remainder ^= value;
            for (var bit = 0; bit < 8; bit++)
                remainder = (remainder & 1) == 0 ? remainder >> 1 : (remainder >> 1) ^ 0xEDB88320;
        }

        return ~remainder;
    }

    /// <summary>32x16 pixels: red, green, blue and white quarters, from the top left.</summary>
    private static byte[] CornersJpeg()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(32, 16, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 32; x++)
            {
                bitmap.SetPixel(x, y, (x < 16, y < 8) switch
                {
                    (true, true) => SKColors.Red,
                    (false, true) => SKColors.Lime,
                    (true, false) => SKColors.Blue,
                    _ => SKColors.White,
                });
            }
        }

        return bitmap.Encode(SKEncodedImageFormat.Jpeg, 95).ToArray();
    }

    /// <summary>Puts an EXIF segment that holds nothing but an orientation behind the JPEG's first mark.</summary>
    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff =
        [
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, // big-endian, directory at 8
            0, 1, // one entry
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, // orientation, a short
            0, 0, 0, 0, // no more directories
        ];
        byte[] content = [.. "Exif\0\0"u8, .. tiff];
        return [.. jpeg.AsSpan(0, 2), 0xFF, 0xE1, 0, (byte)(content.Length + 2), .. content, .. jpeg.AsSpan(2)];
    }

    private static string CornersOf(RgbImage image) => string.Concat(
        ColorAt(image, 2, 2),
        ColorAt(image, image.Width - 3, 2),
        ColorAt(image, 2, image.Height - 3),
        ColorAt(image, image.Width - 3, image.Height - 3));

    private static char ColorAt(RgbImage image, int x, int y)
    {
        var pixel = image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3);
        return (pixel[0] > 200, pixel[1] > 200, pixel[2] > 200) switch
        {
            (true, true, true) => 'W',
            (true, false, false) => 'R',
            (false, true, false) => 'G',
            (false, false, true) => 'B',
            _ => '?',
        };
    }

    private string Refusal(byte[] bytes)
    {
        var path = _folder.Write("refused.png", bytes);
        var message = Assert.Throws<InputException>(() => ImageLoader.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        return message;
    }
}
