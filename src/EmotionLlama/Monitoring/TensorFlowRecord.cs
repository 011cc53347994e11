using System.Buffers.Binary;
using System.Numerics;

namespace EmotionLlama.Monitoring;

/// <summary>TensorFlow's record framing: length (64 bits, little-endian), its checksum, the payload, its checksum.
/// The checksums are CRC-32C (Castagnoli), rotated and offset so that a checksum of data that holds checksums stays
/// sound.</summary>
internal static class TensorFlowRecord
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Appends a record in one write, so that a killed process tears at most the last one.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> payload)
    {
        var record = new byte[sizeof(ulong) + sizeof(uint) + payload.Length + sizeof(uint)];
        var length = record.AsSpan(0, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedChecksum(length));
        payload.CopyTo(record.AsSpan(sizeof(ulong) + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), MaskedChecksum(payload));
        stream.Write(record);
    }

    /// <summary>The masked CRC-32C of some bytes.</summary>
    public static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
            checksum = BitOperations.Crc32C(checksum, value);

        return BitOperations.RotateRight(~checksum, 15) + MaskDelta;
    }
}
