using System.Buffers.Binary;
using System.Text;

namespace EmotionLlama.Checkpoints.Zip;

/// <summary>
/// The directory of a zip archive, with or without the 64-bit extension, and where the bytes of its stored entries
/// lie. .NET's own archive reader does not tell the offsets.
/// </summary>
/// <remarks>Layout: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its
/// end), 4.5.3 (64-bit sizes). Checksums are not compared: PyTorch can be told to leave them out.</remarks>
internal sealed class ZipDirectory
{
    private const int LocalHeaderBytes = 30;
    private const int EntryHeaderBytes = 46;
    private const int EndBytes = 22;
    private const int End64LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const ushort Zip64Field = 1;

    private readonly CheckpointFile _file;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads an archive's directory.</summary>
    /// <exception cref="InputException">The archive is truncated or damaged.</exception>
    public ZipDirectory(CheckpointFile file)
    {
        _file = file;
        var (offset, length) = FindDirectory();
        if (offset < 0 || length < 0 || length > file.Length - offset || length > Array.MaxLength)
            throw Damaged("its directory lies outside the file");

        ReadEntries(file.ReadBytes(offset, (int)length));
    }

    /// <summary>The names of all entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>An entry by its name; null where there is none.</summary>
    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Where a stored entry's bytes start in the file.</summary>
    /// <exception cref="InputException">The entry is compressed, or does not lie within the file.</exception>
    public long DataOffset(ZipEntry entry)
    {
        if (!entry.IsStored)
        {
            throw new InputException($"{_file.Path}: its entry {entry.Name.Printable()} is compressed or encrypted, "
                + "which PyTorch does not do; unpack the archive and store it again without compression");
        }

        if (entry.HeaderOffset < 0 || entry.HeaderOffset > _file.Length - LocalHeaderBytes)
            throw Damaged($"its entry {entry.Name} lies outside the file");

        var header = _file.ReadBytes(entry.HeaderOffset, LocalHeaderBytes);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8))
            throw Damaged($"its entry {entry.Name} has no header");

        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26));
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        var offset = entry.HeaderOffset + LocalHeaderBytes + nameLength + extraLength;
        return entry.Length <= _file.Length - offset
            ? offset
            : throw Damaged($"its entry {entry.Name} lies outside the file");
    }

    /// <summary>The directory's place, from the record at the end of the file, which a comment may follow.</summary>
    private (long Offset, long Length) FindDirectory()
    {
        var tailLength = (int)Math.Min(_file.Length, EndBytes + ushort.MaxValue);
        var tailOffset = _file.Length - tailLength;
        var tail = _file.ReadBytes(tailOffset, tailLength);
        var end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || tail.Length - end < EndBytes)
            throw Damaged("the end of the archive is missing");

        var record = tail.AsSpan(end);
        if (Find64BitEnd(tailOffset + end) is { } directory)
            return directory;

        var length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        return (BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), length);
    }

    private (long Offset, long Length)? Find64BitEnd(long endOffset)
    {
        if (endOffset < End64LocatorBytes)
            return null;

        var locator = _file.ReadBytes(endOffset - End64LocatorBytes, End64LocatorBytes);
        if (!locator.AsSpan().StartsWith("PK\x06\x07"u8))
            return null;

        var offset = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (offset < 0 || offset > _file.Length - End64Bytes)
            throw Damaged("the end of its directory lies outside the file");

        var record = _file.ReadBytes(offset, End64Bytes);
        if (!record.AsSpan().StartsWith("PK\x06\x06"u8))
            throw Damaged("the end of its directory is missing");

        var length = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40));
        return (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)), length);
    }

    private void ReadEntries(ReadOnlySpan<byte> directory)
    {
        while (directory.Length >= EntryHeaderBytes && directory.StartsWith("PK\x01\x02"u8))
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
            var commentLength = BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
            var entryLength = EntryHeaderBytes + nameLength + extraLength + commentLength;
            if (entryLength > directory.Length)
                throw Damaged("its directory is cut short");

            var name = Encoding.UTF8.GetString(directory.Slice(EntryHeaderBytes, nameLength));
            var extra = directory.Slice(EntryHeaderBytes + nameLength, extraLength);
            if (!_entries.TryAdd(name, ReadEntry(name, directory, extra)))
                throw Damaged($"it has two entries named {name}");

            directory = directory[entryLength..];
        }

        if (!directory.IsEmpty)
            throw Damaged("its directory is cut short");
    }

    private ZipEntry ReadEntry(string name, ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra)
    {
        const int EncryptedFlag = 1;
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);

        // Each value that does not fit is all ones, and stands in the extra field instead, in this order.
        var wide = FindZip64Field(extra);
        length = Widen(length, ref wide);
        packed = Widen(packed, ref wide);
        offset = Widen(offset, ref wide);
        var isStored = method == 0 && (flags & EncryptedFlag) == 0;
        if (isStored && packed != length)
            throw Damaged($"its entry {name} has two different sizes");

        return new ZipEntry(name, length, isStored, offset);
    }

    private long Widen(long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue)
            return value;

        if (wide.Length < 8)
            throw Damaged("a 64-bit size is missing in its directory");

        value = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return value >= 0 ? value : throw Damaged("a size in its directory is negative");
    }

    private static ReadOnlySpan<byte> FindZip64Field(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Zip64Field)
                return extra.Slice(4, length);

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private InputException Damaged(string how) =>
        new($"{_file.Path}: is a damaged or truncated zip archive ({how.Printable()}); copy or download it again");
}
