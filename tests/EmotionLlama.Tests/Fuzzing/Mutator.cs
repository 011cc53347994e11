using System.Buffers.Binary;
using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Fuzzing;

/// <summary>Damages files: one to four changes of bits, bytes, blocks, lengths and numbers, fixed by a seed.</summary>
internal static class Mutator
{
    private const int MostChanges = 4;
    private const int LongestBlock = 64;

    // Where counts, sizes, offsets and their signs go wrong.
    private static readonly long[] HugeNumbers =
    [
        0, 1, -1, sbyte.MaxValue, byte.MaxValue, short.MaxValue, short.MinValue, ushort.MaxValue,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue, long.MaxValue / 2,
    ];

    private static readonly string[] HugeTexts =
    [
        "0", "-1", "2147483647", "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808",
        "18446744073709551616", "1e308", "1e999", "-0", "NaN", "0x7fffffff", "00000000000000000000000000000000000001",
    ];

    // What texts are made of, and what ends them too early.
    private static readonly byte[] Signs = [.. "\"'{}[](),:;\\\n\r\t \0"u8, 0x80, 0xC0, 0xE2, 0xED, 0xF0, 0xFE, 0xFF];

    /// <summary>A damaged copy. The same bytes and seed give the same copy on every machine.</summary>
    public static byte[] Mutate(ReadOnlySpan<byte> content, int seed)
    {
        var random = new SplitMix64((ulong)seed);
        byte[] bytes = [.. content];
        for (var changes = 1 + random.NextInt(MostChanges); changes > 0; changes--)
            bytes = Change(bytes, ref random);

        return bytes;
    }

    private static byte[] Change(byte[] bytes, ref SplitMix64 random) => random.NextInt(10) switch
    {
        0 or 1 => FlipBit(bytes, ref random),
        2 => SetByte(bytes, ref random),
        3 => WriteNumber(bytes, ref random),
        4 => WriteNumberText(bytes, ref random),
        5 => bytes[..Place(bytes, ref random)],
        6 => Insert(bytes, Place(bytes, ref random), Noise(ref random)),
        7 => Insert(bytes, Place(bytes, ref random), Block(bytes, ref random)),
        8 => Remove(bytes, ref random),
        _ => Swap(bytes, ref random),
    };

    /// <summary>A place in the file, half of the time near its beginning, where headers are.</summary>
    private static int Place(byte[] bytes, ref SplitMix64 random) => random.NextInt(2) == 0
        ? random.NextInt(bytes.Length + 1)
        : random.NextInt(Math.Min(bytes.Length, LongestBlock) + 1);

    private static byte[] FlipBit(byte[] bytes, ref SplitMix64 random)
    {
        var place = Place(bytes, ref random);
        if (place < bytes.Length)
            bytes[place] ^= (byte)(1 << random.NextInt(8));

        return bytes;
    }

    private static byte[] SetByte(byte[] bytes, ref SplitMix64 random)
    {
        var place = Place(bytes, ref random);
        var value = random.NextInt(2) == 0 ? Signs[random.NextInt(Signs.Length)] : (byte)random.NextInt(256);
        if (place < bytes.Length)
            bytes[place] = value;

        return bytes;
    }

    /// <summary>Puts a number of 1, 2, 4 or 8 bytes, in either order, over what is there.</summary>
    private static byte[] WriteNumber(byte[] bytes, ref SplitMix64 random)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        var value = HugeNumbers[random.NextInt(HugeNumbers.Length)];
        var size = 1 << random.NextInt(4);
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        number = number[..size];
        if (random.NextInt(4) == 0)
            number.Reverse();

        var place = Place(bytes, ref random);
        if (place + size <= bytes.Length)
            number.CopyTo(bytes.AsSpan(place));

        return bytes;
    }

    /// <summary>Replaces a number that is written out, the next one after a random place.</summary>
    private static byte[] WriteNumberText(byte[] bytes, ref SplitMix64 random)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(HugeTexts[random.NextInt(HugeTexts.Length)]);
        var place = Place(bytes, ref random);
        var first = bytes.AsSpan(place).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (first < 0)
            return bytes;

        var start = place + first;
        var digits = bytes.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var end = digits < 0 ? bytes.Length : start + digits;
        return [.. bytes[..start], .. text, .. bytes[end..]];
    }

    private static byte[] Noise(ref SplitMix64 random)
    {
        var noise = new byte[1 + random.NextInt(LongestBlock)];
        var isRun = random.NextInt(2) == 0;
        var run = Signs[random.NextInt(Signs.Length)];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = isRun ? run : (byte)random.NextInt(256);

        return noise;
    }

    private static byte[] Block(byte[] bytes, ref SplitMix64 random)
    {
        var start = Place(bytes, ref random);
        var length = Math.Min(1 + random.NextInt(LongestBlock), bytes.Length - start);
        return bytes[start..(start + length)];
    }

    private static byte[] Insert(byte[] bytes, int place, byte[] inserted) =>
        [.. bytes[..place], .. inserted, .. bytes[place..]];

    private static byte[] Remove(byte[] bytes, ref SplitMix64 random)
    {
        var start = Place(bytes, ref random);
        var length = Math.Min(1 + random.NextInt(LongestBlock), bytes.Length - start);
        return [.. bytes[..start], .. bytes[(start + length)..]];
    }

    /// <summary>Exchanges two neighbouring blocks of different lengths.</summary>
    private static byte[] Swap(byte[] bytes, ref SplitMix64 random)
    {
        var start = Place(bytes, ref random);
        var first = Math.Min(1 + random.NextInt(LongestBlock), bytes.Length - start);
        var second = Math.Min(1 + random.NextInt(LongestBlock), bytes.Length - start - first);
        var middle = start + first;
        var end = middle + second;
        return [.. bytes[..start], .. bytes[middle..end], .. bytes[start..middle], .. bytes[end..]];
    }
}
