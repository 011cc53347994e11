using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EmotionLlama.Media;

/// <summary>What stands before the numbers of a <c>.npy</c> file.</summary>
/// <param name="Shape">The sizes of the dimensions.</param>
/// <param name="Count">Their product.</param>
/// <param name="BytesEach">The bytes of one number: 2, 4 or 8.</param>
internal sealed partial record NpyHeader(IReadOnlyList<long> Shape, long Count, int BytesEach)
{
    private const int MaximumBytes = 1 << 16;

    /// <summary>What every <c>.npy</c> file begins with.</summary>
    public static ReadOnlySpan<byte> Magic =>
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header and leaves the stream at the first number.</summary>
    public static NpyHeader Read(Stream stream, string path)
    {
        var text = ReadText(stream, path);
        var type = Type().Match(text);
        var order = Order().Match(text);
        var sizes = Sizes().Match(text);
        if (!type.Success || !order.Success || !sizes.Success)
            throw new InputException($"{path}: not an array of numbers, or a corrupt .npy header");

        var shape = ParseShape(sizes.Groups[1].Value, path);
        if (order.Groups[1].Value == "True" && shape.Count(size => size > 1) > 1)
        {
            throw new InputException(
                $"{path}: stored in Fortran order; save it again with numpy.ascontiguousarray");
        }

        return new(shape, CountOf(shape, path), BytesOf(type.Groups[1].Value, path));
    }

    private static string ReadText(Stream stream, string path)
    {
        Span<byte> prelude = stackalloc byte[12];
        var read = stream.ReadAtLeast(prelude[..10], 10, throwOnEndOfStream: false);
        if (read == 0)
            throw new InputException($"{path}: empty (0 bytes); copy or extract it again");
        if (read < 10 || !prelude.StartsWith(Magic))
            throw new InputException($"{path}: not a .npy file");

        var version = prelude[Magic.Length];
        if (version is < 1 or > 3)
            throw new InputException($"{path}: .npy format version {version} is not supported; versions 1 to 3 are");

        long length = BinaryPrimitives.ReadUInt16LittleEndian(prelude[8..]);
        if (version > 1)
        {
            stream.ReadAtLeast(prelude[10..], 2, throwOnEndOfStream: false);
            length = BinaryPrimitives.ReadUInt32LittleEndian(prelude[8..]);
        }

        if (length > stream.Length - stream.Position)
            throw new InputException($"{path}: truncated inside its header; copy or extract it again");
        if (length > MaximumBytes)
            throw new InputException($"{path}: not an array of numbers: its header has {length} bytes");

        var header = new byte[length];
        stream.ReadExactly(header);
        return Encoding.UTF8.GetString(header);
    }

    private static long[] ParseShape(string sizes, string path)
    {
        var parts = sizes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var shape = new long[parts.Length];
        for (var index = 0; index < parts.Length; index++)
        {
            if (!long.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out shape[index]))
                throw new InputException($"{path}: corrupt .npy header: no shape in '({sizes.Printable()})'");
        }

        return shape;
    }

    private static long CountOf(long[] shape, string path)
    {
        try
        {
            return shape.Aggregate(1L, (product, size) => checked(product * size));
        }
        catch (OverflowException error)
        {
            throw new InputException($"{path}: corrupt .npy header: its shape is impossibly large", error);
        }
    }

    private static int BytesOf(string type, string path) => type switch
    {
        "<f2" => 2,
        "<f4" => 4,
        "<f8" => 8,
        _ => throw new InputException($"{path}: its numbers are of type '{type.Printable()}'; save it again as float32 ('<f4')"),
    };

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex Type();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex Order();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex Sizes();
}
