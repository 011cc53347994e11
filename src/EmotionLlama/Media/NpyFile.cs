using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using EmotionLlama.Runtime;

namespace EmotionLlama.Media;

/// <summary>
/// Reads and writes NumPy <c>.npy</c> files of real numbers (format versions 1 to 3, float16, float32 and float64,
/// little-endian). A file that is not whole, or holds NaN or infinity, is an error that names it.
/// </summary>
public static class NpyFile
{
    // NumPy pads headers so that the numbers begin at a multiple of this.
    private const int Alignment = 64;
    private const int PreludeBytes = 10;

    /// <summary>Reads numbers whose count is known: a feature vector stored as <c>[n]</c> or <c>[1, n]</c>.</summary>
    /// <exception cref="InputException">The file is missing, not a <c>.npy</c> file, truncated, of another type or
    /// length, or holds NaN or infinity.</exception>
    public static float[] Read(string path, int expectedLength)
    {
        var array = Read(path, header =>
        {
            if (header.Count != expectedLength)
            {
                throw new InputException($"{path}: holds {header.Count} numbers {ShapeText(header.Shape)}, not "
                    + $"{expectedLength}; extract the feature again with the matching model");
            }
        });
        return array.Values;
    }

    /// <summary>Reads an array of any shape.</summary>
    /// <exception cref="InputException">The file is missing, not a <c>.npy</c> file, truncated, of another type, or
    /// holds NaN or infinity.</exception>
    public static NpyArray Read(string path) => Read(path, _ => { });

    /// <summary>Writes an array as float32, version 1: beside its place first, then renamed.</summary>
    /// <exception cref="ArgumentException">The shape has another count of numbers.</exception>
    public static void Write(string path, NpyArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Shape.Aggregate(1L, (product, size) => product * size) != array.Values.Length)
        {
            throw new ArgumentException(
                $"the shape {ShapeText(array.Shape)} does not have {array.Values.Length} numbers", nameof(array));
        }

        var header = Header(array.Shape);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            stream.Write(MemoryMarshal.AsBytes(array.Values.AsSpan()));
        });
    }

    /// <summary>Writes a vector <c>[n]</c> as float32.</summary>
    public static void Write(string path, float[] values) => Write(path, new NpyArray([values.Length], values));

    private static NpyArray Read(string path, Action<NpyHeader> check)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 14);
            var header = NpyHeader.Read(stream, path);
            check(header);
            var available = stream.Length - stream.Position;
            if (available / header.BytesEach < header.Count)
            {
                throw new InputException($"{path}: truncated: {header.Count} numbers of {header.BytesEach} bytes "
                    + $"promised, {available} bytes left; copy or extract it again");
            }

            if (header.Count > Array.MaxLength / header.BytesEach)
                throw new InputException($"{path}: {header.Count} numbers are too many for one array; split the file");

            var bytes = new byte[header.Count * header.BytesEach];
            stream.ReadExactly(bytes);
            var values = ToSingles(bytes, header.BytesEach);
            RefuseNotFinite(path, values);
            return new(header.Shape, values);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    private static float[] ToSingles(ReadOnlySpan<byte> bytes, int bytesEach) => bytesEach switch
    {
        2 => Convert<Half>(bytes),
        4 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        _ => Convert<double>(bytes),
    };

    private static float[] Convert<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, INumber<T>
    {
        var source = MemoryMarshal.Cast<byte, T>(bytes);
        var values = new float[source.Length];
        for (var index = 0; index < values.Length; index++)
            values[index] = float.CreateSaturating(source[index]);
        return values;
    }

    private static void RefuseNotFinite(string path, ReadOnlySpan<float> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            if (float.IsFinite(values[index]))
                continue;

            var name = float.IsNaN(values[index]) ? "NaN" : "infinity";
            throw new InputException($"{path}: {name} at index {index}; extract the feature again or remove the clip");
        }
    }

    private static byte[] Header(IReadOnlyList<long> shape)
    {
        var fields = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {ShapeText(shape)}, }}";
        var length = (PreludeBytes + fields.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        NpyHeader.Magic.CopyTo(header);
        header[NpyHeader.Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(PreludeBytes - 2), (ushort)(length - PreludeBytes));
        Encoding.ASCII.GetBytes(fields.PadRight(length - PreludeBytes - 1) + '\n', header.AsSpan(PreludeBytes));
        return header;
    }

    private static string ShapeText(IReadOnlyList<long> shape)
    {
        var sizes = string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        return shape.Count == 1 ? $"({sizes},)" : $"({sizes})";
    }
}
