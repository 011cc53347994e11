namespace EmotionLlama.Tests.Media.Clips;

/// <summary>Ways to damage the file of a clip, each the same every time.</summary>
internal static class ClipDamage
{
    /// <summary>What becomes of a file's bytes, by what it is called.</summary>
    public static IReadOnlyDictionary<string, Func<byte[], byte[]>> Recipes { get; } =
        new Dictionary<string, Func<byte[], byte[]>>
        {
            ["nothing left"] = _ => [],
            ["one byte left"] = clip => clip[..1],
            ["cut in the header"] = clip => clip[..40],
            ["cut at a tenth"] = clip => clip[..(clip.Length / 10)],
            ["cut in the middle"] = clip => clip[..(clip.Length / 2)],
            ["cut at nine tenths"] = clip => clip[..(clip.Length * 9 / 10)],
            ["last byte cut off"] = clip => clip[..^1],
            ["beginning cut off"] = clip => clip[(clip.Length / 4)..],
            ["header of zeros"] = clip => Overwrite(clip, 0, 64),
            ["zeros inside"] = clip => Overwrite(clip, clip.Length / 3, 2000),
            ["end of zeros"] = clip => Overwrite(clip, clip.Length * 3 / 4, clip.Length),
            ["one bit flipped"] = clip => Flip(clip, 1, seed: 1),
            ["three bits flipped"] = clip => Flip(clip, 3, seed: 2),
            ["ten bits flipped"] = clip => Flip(clip, 10, seed: 3),
            ["thirty bits flipped"] = clip => Flip(clip, 30, seed: 4),
            ["three hundred bits flipped"] = clip => Flip(clip, 300, seed: 5),
            ["bits flipped at the end"] = clip => [.. clip[..^3000], .. Flip(clip[^3000..], 20, seed: 6)],
            ["halves swapped"] = clip => [.. clip[(clip.Length / 2)..], .. clip[..(clip.Length / 2)]],
            ["middle left out"] = clip => [.. clip[..(clip.Length / 2)], .. clip[((clip.Length / 2) + 500)..]],
            ["noise"] = clip => Flip(clip, clip.Length * 8, seed: 7),
            ["text"] = _ => "a line of text that is no clip\n"u8.ToArray(),
            ["sizes without bound"] = clip => Replace(clip, "stsz"u8, 12),
            ["noise behind"] = clip => [.. clip, .. Flip(new byte[1000], 8000, seed: 8)],
        };

    private static byte[] Overwrite(byte[] clip, int from, int count)
    {
        var damaged = clip.ToArray();
        damaged.AsSpan(from, Math.Min(count, clip.Length - from)).Clear();
        return damaged;
    }

    private static byte[] Flip(byte[] clip, int bits, int seed)
    {
        var damaged = clip.ToArray();
        var random = new Random(seed);
        for (var flip = 0; flip < bits; flip++)
            damaged[random.Next(clip.Length)] ^= (byte)(1 << random.Next(8));
        return damaged;
    }

    private static byte[] Replace(byte[] clip, ReadOnlySpan<byte> box, int offset)
    {
        var damaged = clip.ToArray();
        damaged.AsSpan(damaged.AsSpan().IndexOf(box) + offset, 4).Fill(0x7F);
        return damaged;
    }
}
