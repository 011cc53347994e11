using System.Runtime.InteropServices;
using System.Text.Json;
using EmotionLlama.Media;

namespace EmotionLlama.Tests.Media;

/// <summary>Pictures made into the vision tower's input.</summary>
public sealed class ImageProcessorTests
{
    [Fact]
    public void A_picture_becomes_three_normalized_planes()
    {
        var image = Pictures.Paint(20, 10, (_, _) => (255, 0, 51));

        using var tensor = new ImageProcessor(8).Process(image);

        Assert.Equal([3, 8, 8], tensor.shape);
        var values = tensor.data<float>().ToArray();
        Assert.All(values[..64], value => Assert.Equal((1 - 0.48145466) / 0.26862954, value, 1e-6));
        Assert.All(values[64..128], value => Assert.Equal(-0.4578275 / 0.26130258, value, 1e-6));
        Assert.All(values[128..], value => Assert.Equal((0.2 - 0.40821073) / 0.27577711, value, 1e-6));
    }

    [Fact]
    public void The_face_and_video_encoders_get_pixels_from_0_to_1_mixed_linearly()
    {
        // Weights of the right pixel: 0, 0.25, 0.75, 1.
        var edge = Pictures.Paint(2, 1, (x, _) => ((byte)(x * 255), (byte)(x * 100), 51));

        using var tensor = ImageProcessor.ForEncoders(4).Process(edge);

        Assert.Equal([3, 4, 4], tensor.shape);
        var values = tensor.data<float>().ToArray().Select(value => (int)Math.Round(value * 255)).ToArray();
        Assert.Equal(Enumerable.Repeat((int[])[0, 64, 191, 255], 4).SelectMany(row => row), values[..16]);
        Assert.Equal(Enumerable.Repeat((int[])[0, 25, 75, 100], 4).SelectMany(row => row), values[16..32]);
        Assert.All(values[32..], value => Assert.Equal(51, value));
    }

    [Fact]
    public void Linear_mixing_counts_every_pixel_of_a_reduction()
    {
        // Half the size: a triangle over four pixels, 1:3:3:1; at the border 3:3:1.
        var line = Pictures.Grey(8, 1, (x, _) => (byte)(x == 2 ? 240 : 0));

        using var tensor = ImageProcessor.ForEncoders(4).Process(line);

        Assert.Equal(
            [34, 90, 0, 0], tensor.data<float>().ToArray()[..4].Select(value => (int)Math.Round(value * 255)));
    }

    [Fact]
    public void Memory_of_another_size_is_refused()
    {
        var values = new float[3 * 8 * 8 - 1];

        Assert.Throws<ArgumentException>(() => new ImageProcessor(8).Process(RgbImage.Blank(4, 4), values));
    }

    [Theory]
    [InlineData("processed_112", 112, 112)]
    [InlineData("processed_448_corner", 448, 64)]
    public void Values_equal_the_reference(string name, int size, int corner)
    {
        var expected = Floats(SharedData.Require("parity", "frame_processed.safetensors"), name);
        var frame = ImageLoader.Load(SharedData.Require("parity", "frame.png"));
        var actual = new float[3 * size * size];

        new ImageProcessor(size).Process(frame, actual);

        var worst = 0f;
        for (var index = 0; index < expected.Length; index++)
        {
            var (channel, y, x) = (index / (corner * corner), index / corner % corner, index % corner);
            worst = Math.Max(worst, Math.Abs(expected[index] - actual[(((channel * size) + y) * size) + x]));
        }

        Assert.Equal(3 * corner * corner, expected.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: max error {worst}");
        Assert.InRange(worst, 0, 1e-6f);
    }

    private static float[] Floats(string path, string name)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        int[] offsets = [.. header.RootElement.GetProperty(name).GetProperty("data_offsets").EnumerateArray()
            .Select(offset => offset.GetInt32())];
        var data = bytes.AsSpan(8 + headerLength)[offsets[0]..offsets[1]];
        return MemoryMarshal.Cast<byte, float>(data).ToArray();
    }
}
