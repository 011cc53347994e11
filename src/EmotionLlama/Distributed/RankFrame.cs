namespace EmotionLlama.Distributed;

/// <summary>A message between rank 0 and another rank.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Number">The number of a collection; else 0.</param>
/// <param name="Payload">The rest.</param>
internal readonly record struct RankFrame(FrameKind Kind, long Number, byte[] Payload)
{
    /// <summary>Bytes of the text, each part with its length in front.</summary>
    public static byte[] Join(IReadOnlyList<byte[]> parts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(parts.Count);
        foreach (var part in parts)
        {
            writer.Write(part.Length);
            writer.Write(part);
        }

        return stream.ToArray();
    }

    /// <summary>What <see cref="Join"/> joined.</summary>
    public static byte[][] Split(byte[] joined)
    {
        using var reader = new BinaryReader(new MemoryStream(joined));
        var parts = new byte[reader.ReadInt32()][];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = reader.ReadBytes(reader.ReadInt32());

        return parts;
    }
}
