using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>Resizing, against values worked out by hand from the cubic kernel.</summary>
public sealed class BicubicResamplerTests
{
    [Fact]
    public void The_same_size_keeps_every_pixel()
    {
        var image = Pictures.Noise(23, 17);

        Assert.Equal(image.Pixels, BicubicResampler.Resize(image, 23, 17).Pixels);
    }

    [Fact]
    public void An_edge_is_enlarged_with_the_cubic_kernel()
    {
        // Weights of the right pixel: -0.088, 0.207, 0.793, 1.088; overshoot is clamped.
        var edge = Pictures.Grey(2, 1, (x, _) => (byte)(x * 255));

        Assert.Equal<byte>([0, 53, 202, 255], BicubicResampler.Resize(edge, 4, 1).Red());
    }

    [Fact]
    public void Columns_are_resized_as_rows_are()
    {
        var edge = Pictures.Grey(1, 2, (_, y) => (byte)(y * 255));

        Assert.Equal<byte>([0, 53, 202, 255], BicubicResampler.Resize(edge, 1, 4).Red());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_row_is_resized_whether_their_number_is_even_or_odd(int height)
    {
        var edges = Pictures.Grey(2, height, (x, y) => (byte)(x * (100 + (y * 30))));
        var resized = BicubicResampler.Resize(edges, 4, height);

        for (var y = 0; y < height; y++)
        {
            var edge = Pictures.Grey(2, 1, (x, _) => (byte)(x * (100 + (y * 30))));
            Assert.Equal(BicubicResampler.Resize(edge, 4, 1).Red(), resized.Red()[(y * 4)..((y + 1) * 4)]);
        }
    }

    [Fact]
    public void Fine_stripes_become_grey_when_they_are_reduced()
    {
        var stripes = Pictures.Grey(64, 64, (x, _) => (byte)(x % 2 * 255));

        Assert.All(BicubicResampler.Resize(stripes, 8, 8).Pixels, value => Assert.InRange(value, 120, 135));
    }

    [Fact]
    public void Every_column_of_a_wide_row_is_mixed_alike()
    {
        // 23 columns of 3 bytes do not fill whole vectors.
        var rows = Pictures.Grey(23, 40, (_, y) => (byte)(y * 37));
        var resized = BicubicResampler.Resize(rows, 23, 9);

        for (var y = 0; y < resized.Height; y++)
            Assert.Single(resized.Pixels.AsSpan(y * 23 * 3, 23 * 3).ToArray().Distinct());
    }

    [Fact]
    public void Colours_stay_apart()
    {
        var image = Pictures.Paint(40, 30, (_, _) => (10, 120, 230));
        var resized = BicubicResampler.Resize(image, 7, 90);

        Assert.All(resized.Pixels.Chunk(3), pixel => Assert.Equal<byte>([10, 120, 230], pixel));
    }
}
