using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>The bytes of one pickle. Every size it names is checked against what is left before memory is taken.
/// </summary>
/// <param name="stream">Where the pickle starts; it is left right behind the pickle's last byte read.</param>
/// <param name="length">The most bytes the pickle may take.</param>
internal sealed class PickleInput(Stream stream, long length)
{
    private const int MaxLine = 1 << 16;
    private const int MaxIntegerBytes = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The most bytes the pickle may take.</summary>
    public long Length => length;

    /// <summary>The bytes read so far.</summary>
    public long Position { get; private set; }

    public byte ReadByte()
    {
        Take(1);
        var value = stream.ReadByte();
        return value >= 0 ? (byte)value : throw Truncated();
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Fill(stackalloc byte[2]));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Fill(stackalloc byte[4]));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Fill(stackalloc byte[4]));

    /// <summary>An unsigned 64-bit size; one that no file can have is reported as damage.</summary>
    public long ReadSize64()
    {
        var size = BinaryPrimitives.ReadUInt64LittleEndian(Fill(stackalloc byte[8]));
        return size <= long.MaxValue ? (long)size : throw Truncated();
    }

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Fill(stackalloc byte[8]));

    public byte[] ReadBytes(long count)
    {
        if (count < 0 || count > length - Position || count > Array.MaxLength)
            throw Truncated();

        var bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public string ReadUtf8(long count)
    {
        var bytes = ReadBytes(count);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new PickleException("a text is not valid UTF-8");
        }
    }

    /// <summary>A string of Python 2, which may be text or raw bytes: Latin-1 keeps both.</summary>
    public string ReadLatin1(long count) => Encoding.Latin1.GetString(ReadBytes(count));

    /// <summary>A two's complement integer, least significant byte first: a <see cref="long"/> where it fits.</summary>
    public object ReadInteger(long count)
    {
        if (count is < 0 or > MaxIntegerBytes)
            throw new PickleException($"an integer of {count} bytes");

        return Narrow(new BigInteger(ReadBytes(count)));
    }

    /// <summary>The text up to the end of the line, without it.</summary>
    public string ReadLine()
    {
        var line = new List<byte>();
        for (var value = ReadByte(); value != (byte)'\n'; value = ReadByte())
        {
            if (line.Count == MaxLine)
                throw new PickleException($"a line longer than {MaxLine} bytes");

            line.Add(value);
        }

        if (line is [.., (byte)'\r'])
            line.RemoveAt(line.Count - 1);

        return Encoding.Latin1.GetString(line.ToArray());
    }

    /// <summary>A line that holds an integer, with or without the <c>L</c> of Python 2's long integers.</summary>
    public object ReadIntegerLine()
    {
        var line = ReadLine().TrimEnd('L');
        return line.Length <= MaxIntegerBytes
            && BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrow(value)
            : throw new PickleException("a line that should hold an integer does not");
    }

    public double ReadDoubleLine() =>
        double.TryParse(ReadLine(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new PickleException("a line that should hold a number does not");

    private static object Narrow(BigInteger value)
    {
        var narrow = (long)(ulong)(value & ulong.MaxValue);
        if (narrow == value)
            return narrow;

        return value;
    }

    private Span<byte> Fill(Span<byte> bytes)
    {
        Take(bytes.Length);
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? bytes
            : throw Truncated();
    }

    private void Take(int count)
    {
        if (count > length - Position)
            throw Truncated();

        Position += count;
    }

    private static PickleException Truncated() => new("it ends early; the file is truncated or damaged");
}
