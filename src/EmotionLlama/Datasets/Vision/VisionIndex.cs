using System.Buffers.Binary;
using System.IO.Hashing;

namespace EmotionLlama.Datasets.Vision;

/// <summary>
/// The index of a vision cache: a record of 32 bytes for each place of the data file, in their order. A record is the
/// key of the picture (16 bytes), the XXH3 of its output (8), and the XXH3 of these 24 bytes seeded by the place (8),
/// all little-endian. A record whose own checksum is wrong stands for a free place.
/// </summary>
internal static class VisionIndex
{
    /// <summary>The size of a record.</summary>
    public const int RecordBytes = 32;

    private const int KeyBytes = 16;
    private const int ContentBytes = KeyBytes + sizeof(ulong);

    /// <summary>Makes the record of a place.</summary>
    public static byte[] Record(VisionEntry entry, PictureKey key)
    {
        var record = new byte[RecordBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(record, key.Bits);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(KeyBytes), entry.Checksum);
        var sum = XxHash3.HashToUInt64(record.AsSpan(0, ContentBytes), entry.Place);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(ContentBytes), sum);
        return record;
    }

    /// <summary>Reads the records of a whole index; null for free places. A torn record at the end is left
    /// out.</summary>
    public static IReadOnlyList<(PictureKey Key, VisionEntry Entry)?> Read(byte[] index)
    {
        var records = new (PictureKey, VisionEntry)?[index.Length / RecordBytes];
        for (var place = 0; place < records.Length; place++)
            records[place] = ReadRecord(index.AsSpan(place * RecordBytes, RecordBytes), place);

        return records;
    }

    private static (PictureKey, VisionEntry)? ReadRecord(ReadOnlySpan<byte> record, int place)
    {
        var sum = XxHash3.HashToUInt64(record[..ContentBytes], place);
        return BinaryPrimitives.ReadUInt64LittleEndian(record[ContentBytes..]) == sum
            ? (new PictureKey(BinaryPrimitives.ReadUInt128LittleEndian(record)),
                new VisionEntry(place, BinaryPrimitives.ReadUInt64LittleEndian(record[KeyBytes..])))
            : null;
    }
}
