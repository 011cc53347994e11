using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>The picture type.</summary>
public sealed class RgbImageTests
{
    [Fact]
    public void A_blank_picture_is_black_and_has_three_bytes_a_pixel()
    {
        var image = RgbImage.Blank(4, 3);

        Assert.Equal(36, image.Pixels.Length);
        Assert.All(image.Pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Pixels_of_another_length_are_refused() =>
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-2, -2)]
    public void A_picture_without_pixels_is_refused(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RgbImage.Blank(width, height));

    [Fact]
    public void A_saved_PNG_holds_the_same_pixels()
    {
        using var folder = new TemporaryFolder();
        var image = Pictures.Noise(37, 21);

        image.SavePng(folder["picture.png"]);
        var loaded = ImageLoader.Load(folder["picture.png"]);

        Assert.Equal((37, 21), (loaded.Width, loaded.Height));
        Assert.Equal(image.Pixels, loaded.Pixels);
    }

    [Fact]
    public void A_crop_has_the_pixels_of_its_place()
    {
        var picture = new RgbImage(3, 2, [.. Enumerable.Range(0, 18).Select(value => (byte)value)]);

        var crop = picture.Crop(1, 0, 2, 2);

        Assert.Equal((2, 2), (crop.Width, crop.Height));
        Assert.Equal([3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17], crop.Pixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Crop(2, 0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Crop(0, -1, 1, 1));
    }

    [Theory]
    [InlineData(200, 100, 50, 50, 25)]
    [InlineData(30, 90, 45, 15, 45)]
    [InlineData(20, 10, 50, 20, 10)]
    [InlineData(1000, 1, 10, 10, 1)]
    public void A_JPEG_is_no_larger_than_allowed_and_keeps_its_shape(
        int width, int height, int longest, int newWidth, int newHeight)
    {
        var picture = RgbImage.Blank(width, height);
        for (var i = 0; i < picture.Pixels.Length; i += 3)
            (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]) = (200, 100, 50);

        var read = ImageLoader.Decode(picture.ToJpeg(longest), "a.jpg");

        Assert.Equal((newWidth, newHeight), (read.Width, read.Height));
        Assert.InRange(read.Pixels[0], 195, 205);
        Assert.InRange(read.Pixels[1], 95, 105);
        Assert.InRange(read.Pixels[2], 45, 55);
    }
}
