using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EmotionLlama.Media;

/// <summary>
/// Resizes pictures with a bicubic filter and antialiasing, bit for bit as Pillow does: first along the rows, then
/// along the columns, with 32-bit fixed-point weights, rounded to 8 bits in between.
/// </summary>
public static class BicubicResampler
{
    private const int Channels = 3;
    private const int Lanes = 4;
    private const int RowsAtOnce = 2;
    private const int Half = 1 << (ResamplingWeights.FractionBits - 1);

    /// <summary>The picture in another size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        var resized = RgbImage.Blank(width, height);
        Resize(image, width, height, resized.Pixels);
        return resized;
    }

    /// <summary>Resizes into memory of the caller: <c>[height, width, 3]</c>.</summary>
    internal static void Resize(
        RgbImage image,
        int width,
        int height,
        Span<byte> destination,
        ResamplingFilter filter = ResamplingFilter.Bicubic)
    {
        var rowBytes = width * Channels;
        var narrowed = ArrayPool<byte>.Shared.Rent(image.Height * rowBytes);
        try
        {
            ResizeRows(image, new ResamplingWeights(image.Width, width, filter), width, narrowed);
            ResizeColumns(narrowed, rowBytes, new ResamplingWeights(image.Height, height, filter), height, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(narrowed);
        }
    }

    private static void ResizeRows(RgbImage image, ResamplingWeights weights, int width, Span<byte> destination)
    {
        var wide = ArrayPool<int>.Shared.Rent(image.Width * Lanes * RowsAtOnce);
        try
        {
            // A last row without a partner is done together with the one before it, once more.
            for (var y = 0; y < image.Height; y += RowsAtOnce)
            {
                var upper = Math.Max(Math.Min(y, image.Height - RowsAtOnce), 0);
                var lower = Math.Min(upper + 1, image.Height - 1);
                Widen(Row(image.Pixels, image.Width, upper), wide);
                Widen(Row(image.Pixels, image.Width, lower), wide.AsSpan(Lanes));
                ResizeRowPair(wide, weights, Row(destination, width, upper), Row(destination, width, lower));
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(wide);
        }
    }

    private static Span<byte> Row(Span<byte> pixels, int width, int y) =>
        pixels.Slice(y * width * Channels, width * Channels);

    /// <summary>Spreads a row to one pixel per half vector; the other half is the other row's. So one multiplication
    /// does three channels of two rows.</summary>
    private static void Widen(ReadOnlySpan<byte> row, Span<int> wide)
    {
        for (int from = 0, to = 0; from + 2 < row.Length; from += Channels, to += Lanes * RowsAtOnce)
        {
            wide[to] = row[from];
            wide[to + 1] = row[from + 1];
            wide[to + 2] = row[from + 2];
        }
    }

    private static void ResizeRowPair(
        ReadOnlySpan<int> wide, ResamplingWeights weights, Span<byte> upper, Span<byte> lower)
    {
        for (int x = 0, to = 0; to < upper.Length; x++, to += Channels)
        {
            var line = weights.Of(x);
            var taps = wide.Slice(weights.StartOf(x) * Lanes * RowsAtOnce, line.Length * Lanes * RowsAtOnce);
            ref var source = ref MemoryMarshal.GetReference(taps);
            var sum = Vector256.Create(Half);
            for (var tap = 0; tap < line.Length; tap++)
                sum += Vector256.LoadUnsafe(ref source, (nuint)(tap * Lanes * RowsAtOnce)) * line[tap];

            Store(ToBytes(sum.GetLower()), upper[to..]);
            Store(ToBytes(sum.GetUpper()), lower[to..]);
        }
    }

    private static void Store(Vector128<int> pixel, Span<byte> destination)
    {
        destination[2] = (byte)pixel[2];
        destination[1] = (byte)pixel[1];
        destination[0] = (byte)pixel[0];
    }

    private static void ResizeColumns(
        ReadOnlySpan<byte> source, int rowBytes, ResamplingWeights weights, int height, Span<byte> destination)
    {
        for (var y = 0; y < height; y++)
        {
            var line = weights.Of(y);
            var rows = source.Slice(weights.StartOf(y) * rowBytes, line.Length * rowBytes);
            MixRows(rows, line, destination.Slice(y * rowBytes, rowBytes));
        }
    }

    private static void MixRows(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, Span<byte> mixed)
    {
        ref var source = ref MemoryMarshal.GetReference(rows);
        var at = 0;
        for (; at + Vector128<byte>.Count <= mixed.Length; at += Vector128<byte>.Count)
        {
            var (a, b, c, d) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half),
                Vector128.Create(Half));
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var bytes = Vector128.LoadUnsafe(ref source, (nuint)((tap * mixed.Length) + at));
                var (low, high) = Vector128.Widen(bytes);
                var weight = Vector128.Create(weights[tap]);
                a += Vector128.WidenLower(low).AsInt32() * weight;
                b += Vector128.WidenUpper(low).AsInt32() * weight;
                c += Vector128.WidenLower(high).AsInt32() * weight;
                d += Vector128.WidenUpper(high).AsInt32() * weight;
            }

            var lower = Vector128.Narrow(ToBytes(a), ToBytes(b)).AsUInt16();
            var upper = Vector128.Narrow(ToBytes(c), ToBytes(d)).AsUInt16();
            Vector128.Narrow(lower, upper).CopyTo(mixed[at..]);
        }

        for (; at < mixed.Length; at++)
        {
            var sum = Half;
            for (var tap = 0; tap < weights.Length; tap++)
                sum += rows[(tap * mixed.Length) + at] * weights[tap];
            mixed[at] = (byte)Math.Clamp(sum >> ResamplingWeights.FractionBits, 0, byte.MaxValue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> ToBytes(Vector128<int> sum) => Vector128.Min(
        Vector128.Max(sum >> ResamplingWeights.FractionBits, Vector128<int>.Zero),
        Vector128.Create((int)byte.MaxValue));
}
