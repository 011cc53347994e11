using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace EmotionLlama.Media;

/// <summary>
/// Makes a vision model's input of a picture: resizing with antialiasing to a square (the sides are scaled
/// independently, nothing is cropped) and scaling to 0..1. The vision tower's is resized bicubically and gets CLIP's mean
/// and deviation per channel; the face and video encoders' is resized bilinearly and gets neither.
/// Safe to use from several threads at once.
/// </summary>
public sealed class ImageProcessor
{
    private const int Channels = 3;
    private const int Levels = byte.MaxValue + 1;

    // What CLIP was trained with; EVA-CLIP keeps it.
    private static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];

    // Every byte of every channel, normalized: [channel, byte].
    private static readonly float[] Normalized =
    [
        .. from channel in Enumerable.Range(0, Channels)
           from level in Enumerable.Range(0, Levels)
           select ((level / (float)byte.MaxValue) - Mean[channel]) / Deviation[channel],
    ];

    // Every byte of every channel from 0 to 1: [channel, byte].
    private static readonly float[] Scaled =
    [
        .. from channel in Enumerable.Range(0, Channels)
           from level in Enumerable.Range(0, Levels)
           select level / (float)byte.MaxValue,
    ];

    private readonly ResamplingFilter _filter;
    private readonly float[] _values;

    /// <summary>Creates the vision tower's processor.</summary>
    /// <param name="size">The side of the square in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public ImageProcessor(int size)
        : this(size, ResamplingFilter.Bicubic, Normalized)
    {
    }

    private ImageProcessor(int size, ResamplingFilter filter, float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _filter = filter;
        _values = values;
    }

    /// <summary>The side of the square in pixels.</summary>
    public int Size { get; }

    /// <summary>The processor of the face and video encoders, as the features of MERR were made.</summary>
    /// <param name="size">The side of the square in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public static ImageProcessor ForEncoders(int size) => new(size, ResamplingFilter.Bilinear, Scaled);

    /// <summary>Processes a picture: <c>[3, size, size]</c>, float32 on the CPU. The caller owns the tensor.</summary>
    public Tensor Process(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var tensor = empty([Channels, Size, Size], ScalarType.Float32);
        Process(image, MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }

    /// <summary>Processes a picture into memory of the caller.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="destination"><c>[3, size, size]</c></param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public void Process(RgbImage image, Span<float> destination)
    {
        var plane = Size * Size;
        if (destination.Length != plane * Channels)
        {
            throw new ArgumentException(
                $"[3, {Size}, {Size}] has {plane * Channels} values, not {destination.Length}", nameof(destination));
        }

        var rented = ArrayPool<byte>.Shared.Rent(plane * Channels);
        try
        {
            var resized = rented.AsSpan(0, plane * Channels);
            BicubicResampler.Resize(image, Size, Size, resized, _filter);
            for (var channel = 0; channel < Channels; channel++)
                Convert(resized[channel..], channel, destination.Slice(channel * plane, plane));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Convert(ReadOnlySpan<byte> pixels, int channel, Span<float> plane)
    {
        var levels = _values.AsSpan(channel * Levels, Levels);
        for (int from = 0, to = 0; to < plane.Length; from += Channels, to++)
            plane[to] = levels[pixels[from]];
    }
}
