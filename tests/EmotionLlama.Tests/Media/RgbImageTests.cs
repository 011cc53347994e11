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
}
