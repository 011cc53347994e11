using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>Pictures for tests.</summary>
internal static class Pictures
{
    /// <summary>Random pixels, always the same.</summary>
    public static RgbImage Noise(int width, int height)
    {
        var image = RgbImage.Blank(width, height);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>A picture painted pixel by pixel.</summary>
    public static RgbImage Paint(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> color)
    {
        var image = RgbImage.Blank(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                (image.Pixels[At(x, y)], image.Pixels[At(x, y) + 1], image.Pixels[At(x, y) + 2]) = color(x, y);
        }

        return image;

        int At(int x, int y) => ((y * width) + x) * 3;
    }

    /// <summary>A picture in grey.</summary>
    public static RgbImage Grey(int width, int height, Func<int, int, byte> level) =>
        Paint(width, height, (x, y) => (level(x, y), level(x, y), level(x, y)));

    /// <summary>The red bytes, row by row.</summary>
    public static byte[] Red(this RgbImage image) => [.. image.Pixels.Where((_, index) => index % 3 == 0)];
}
