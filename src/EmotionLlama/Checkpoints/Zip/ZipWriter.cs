using System.Buffers.Binary;
using System.Text;

namespace EmotionLlama.Checkpoints.Zip;

/// <summary>
/// Writes a zip archive as PyTorch does: every entry stored as it is and starting at a multiple of 64 bytes, so that
/// it can be read or mapped in place. Sizes from 4 GiB on use the 64-bit extension.
/// </summary>
/// <param name="output">The file, from its start.</param>
/// <param name="wideFrom">From which size, offset or count on the 64-bit extension is used; tests lower it.</param>
internal sealed class ZipWriter(Stream output, long wideFrom = uint.MaxValue)
{
    private const int Alignment = 64;
    private const int LocalHeaderBytes = 30;
    private const int EntryHeaderBytes = 46;
    private const ushort Zip64Field = 1;

    // The field PyTorch pads with, "FB".
    private const ushort PaddingField = 0x4246;
    private const ushort Utf8Names = 0x0800;

    // 1 January 1980, the first day zip knows: the same content gives the same file.
    private const ushort Date = 0x0021;
    private const ushort VersionNeeded = 45;

    private readonly List<(byte[] Name, long Length, uint Checksum, long Offset)> _entries = [];
    private long _position;

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="length">Its size in bytes.</param>
    /// <param name="checksum">The CRC-32 of its bytes.</param>
    /// <param name="write">Writes exactly so many bytes.</param>
    public void Add(string name, long length, uint checksum, Action<Stream> write)
    {
        var encoded = Encoding.UTF8.GetBytes(name);
        var offset = _position;
        var wide = length >= wideFrom;

        var record = new Record(LocalHeaderBytes + encoded.Length + Alignment * 2);
        record.Add("PK\x03\x04"u8);
        record.AddEntryHead(checksum, wide ? uint.MaxValue : length, encoded.Length);
        var extraLengthAt = record.Length;
        record.Add16(0);
        record.Add(encoded);
        var extraAt = record.Length;
        if (wide)
        {
            record.Add16(Zip64Field);
            record.Add16(16);
            record.Add64(length);
            record.Add64(length);
        }

        var padding = Alignment - (int)((offset + record.Length + 4) % Alignment);
        record.Add16(PaddingField);
        record.Add16((ushort)padding);
        record.AddZeros(padding);
        BinaryPrimitives.WriteUInt16LittleEndian(
            record.Written[extraLengthAt..], (ushort)(record.Length - extraAt));
        Write(record.Written);

        write(output);
        _position += length;
        _entries.Add((encoded, length, checksum, offset));
    }

    /// <summary>Adds an entry of a few bytes.</summary>
    public void Add(string name, byte[] bytes) =>
        Add(name, bytes.Length, Crc32.Append(0, bytes), stream => stream.Write(bytes));

    /// <summary>Writes the directory; nothing may follow.</summary>
    public void Finish()
    {
        var start = _position;
        foreach (var (name, length, checksum, offset) in _entries)
            WriteDirectoryEntry(name, length, checksum, offset);

        var length64 = _position - start;
        var wide = start >= wideFrom || length64 >= wideFrom || _entries.Count >= Math.Min(wideFrom, ushort.MaxValue);
        var record = new Record(128);
        if (wide)
        {
            record.Add("PK\x06\x06"u8);
            record.Add64(44);
            record.Add16(VersionNeeded);
            record.Add16(VersionNeeded);
            record.AddZeros(8);
            record.Add64(_entries.Count);
            record.Add64(_entries.Count);
            record.Add64(length64);
            record.Add64(start);
            record.Add("PK\x06\x07"u8);
            record.AddZeros(4);
            record.Add64(_position);
            record.Add32(1);
        }

        var count = wide ? ushort.MaxValue : (ushort)_entries.Count;
        record.Add("PK\x05\x06"u8);
        record.AddZeros(4);
        record.Add16(count);
        record.Add16(count);
        record.Add32(wide ? uint.MaxValue : length64);
        record.Add32(wide ? uint.MaxValue : start);
        record.AddZeros(2);
        Write(record.Written);
    }

    private void WriteDirectoryEntry(byte[] name, long length, uint checksum, long offset)
    {
        var wide = length >= wideFrom || offset >= wideFrom;
        var record = new Record(EntryHeaderBytes + name.Length + 32);
        record.Add("PK\x01\x02"u8);
        record.Add16(VersionNeeded);
        record.AddEntryHead(checksum, wide ? uint.MaxValue : length, name.Length);
        record.Add16(wide ? (ushort)28 : (ushort)0);
        record.AddZeros(10);
        record.Add32(wide ? uint.MaxValue : offset);
        record.Add(name);
        if (wide)
        {
            record.Add16(Zip64Field);
            record.Add16(24);
            record.Add64(length);
            record.Add64(length);
            record.Add64(offset);
        }

        Write(record.Written);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _position += bytes.Length;
    }

    /// <summary>A little-endian record under construction.</summary>
    private sealed class Record(int capacity)
    {
        private readonly byte[] _bytes = new byte[capacity];

        public int Length { get; private set; }

        public Span<byte> Written => _bytes.AsSpan(0, Length);

        /// <summary>What a local header and a directory entry have in common, from the version on.</summary>
        public void AddEntryHead(uint checksum, long length, int nameLength)
        {
            Add16(VersionNeeded);
            Add16(Utf8Names);
            AddZeros(4);
            Add16(Date);
            Add32(checksum);
            Add32(length);
            Add32(length);
            Add16((ushort)nameLength);
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_bytes.AsSpan(Length));
            Length += bytes.Length;
        }

        public void AddZeros(int count) => Length += count;

        public void Add16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

        public void Add32(long value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), (uint)value);

        public void Add64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

        private Span<byte> Take(int count)
        {
            Length += count;
            return _bytes.AsSpan(Length - count, count);
        }
    }
}
