using System.Buffers.Binary;
using System.Text;

namespace EmotionLlama.Runtime;

/// <summary>
/// The version needs (<c>.gnu.version_r</c>) of a 64-bit little-endian ELF shared library: which symbol versions it
/// asks of the libraries it links to.
/// </summary>
/// <remarks>Layout: "System V Application Binary Interface", symbol versioning, <c>Elf64_Verneed</c> and
/// <c>Elf64_Vernaux</c>.</remarks>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6FFFFFFE;
    private const ushort FlagWeak = 0x2;

    /// <summary>
    /// Marks one needed version as weak, so that the loader accepts a library that lacks it, in a copy of the image.
    /// </summary>
    /// <param name="image">The whole file.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>The changed copy, or null where the image does not ask for that version.</returns>
    /// <exception cref="InvalidDataException">The image is no 64-bit little-endian ELF file.</exception>
    public static byte[]? MarkWeak(ReadOnlySpan<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual<byte>([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        var sectionTable = (int)BinaryPrimitives.ReadUInt64LittleEndian(image[0x28..]);
        var sectionSize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3A..]);
        var sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3C..]);

        for (var i = 0; i < sectionCount; i++)
        {
            var section = image.Slice(sectionTable + (i * sectionSize), sectionSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != SectionTypeVersionNeeds)
                continue;

            var link = (int)BinaryPrimitives.ReadUInt32LittleEndian(section[0x28..]);
            var strings = FileOffset(image.Slice(sectionTable + (link * sectionSize), sectionSize));
            var flagsOffset = FindFlags(image, FileOffset(section), strings, version);
            if (flagsOffset is null)
                return null;

            var copy = image.ToArray();
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(copy.AsSpan(flagsOffset.Value));
            BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(flagsOffset.Value), (ushort)(flags | FlagWeak));
            return copy;
        }

        return null;
    }

    private static int FileOffset(ReadOnlySpan<byte> section) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]);

    private static int? FindFlags(ReadOnlySpan<byte> image, int need, int strings, string version)
    {
        var wanted = Encoding.ASCII.GetBytes(version + '\0');
        while (true)
        {
            var entries = BinaryPrimitives.ReadUInt16LittleEndian(image[(need + 2)..]);
            var entry = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 8)..]);
            for (var i = 0; i < entries; i++)
            {
                var name = strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 8)..]);
                if (image[name..].StartsWith(wanted))
                    return entry + 4;

                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(entry + 12)..]);
            }

            var next = (int)BinaryPrimitives.ReadUInt32LittleEndian(image[(need + 12)..]);
            if (next == 0)
                return null;

            need += next;
        }
    }
}
