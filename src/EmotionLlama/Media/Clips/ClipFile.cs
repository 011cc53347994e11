using System.Buffers.Binary;

namespace EmotionLlama.Media.Clips;

/// <summary>A clip as a file: that it is there, that it is whole as far as its container tells, and how to name it to
/// <c>ffmpeg</c>.</summary>
internal static class ClipFile
{
    private const int BoxHeaderBytes = 8;
    private const int LongBoxHeaderBytes = 16;

    // Some writers count the header in.
    private const int RiffTolerance = 8;

    /// <summary>The name that <c>ffmpeg</c> cannot mistake for an option or another protocol.</summary>
    public static string Url(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>What messages call it: one line.</summary>
    public static string Show(string path) => path.ReplaceLineEndings(" ");

    /// <summary>Looks at the file before any program does.</summary>
    /// <returns>Its length in bytes.</returns>
    /// <exception cref="InputException">It is missing, a folder, empty, unreadable or cut off.</exception>
    public static long Check(string path)
    {
        var shown = Show(path);
        if (Directory.Exists(path))
            throw new InputException($"{shown}: is a folder, not a clip");

        try
        {
            using var file = File.OpenRead(path);
            if (file.Length == 0)
                throw new InputException($"{shown}: the clip is empty (0 bytes); copy it again");

            if (FindPromise(file) is { } promised && promised > file.Length)
            {
                throw new InputException($"{shown}: cut off: {promised} bytes promised, {file.Length} there; "
                    + "copy it again");
            }

            return file.Length;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{shown}: there is no such clip", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InputException($"{shown}: the clip cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>How long the container says the file is; null where it does not say. <c>ffmpeg</c> reads a cut-off
    /// file as far as it goes and can lose a whole stream in silence.</summary>
    private static long? FindPromise(FileStream file)
    {
        Span<byte> header = stackalloc byte[BoxHeaderBytes];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return null;

        return header.StartsWith("RIFF"u8) ? RiffLength(header) : IsoLength(file);
    }

    private static long? RiffLength(ReadOnlySpan<byte> header)
    {
        // 0 and the largest number are written by programs that cannot go back to fill in the length.
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        return length is 0 or uint.MaxValue ? null : length + (long)BoxHeaderBytes - RiffTolerance;
    }

    /// <summary>The end of the last box at the top of an MP4 or QuickTime file (ISO/IEC 14496-12, 4.2).</summary>
    private static long? IsoLength(FileStream file)
    {
        Span<byte> header = stackalloc byte[LongBoxHeaderBytes];
        long? end = null;
        for (long position = 0; position < file.Length;)
        {
            file.Position = position;
            var there = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (there < BoxHeaderBytes || !IsContentBox(header[4..8], out var matters))
                break;

            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1 && there == LongBoxHeaderBytes)
                size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            if (size < BoxHeaderBytes || size > long.MaxValue - position)
                break;

            position += size;
            if (matters)
                end = position;
        }

        return end;
    }

    private static bool IsContentBox(ReadOnlySpan<byte> type, out bool matters)
    {
        matters = type.SequenceEqual("moov"u8) || type.SequenceEqual("mdat"u8) || type.SequenceEqual("moof"u8);
        return matters || type.SequenceEqual("ftyp"u8) || type.SequenceEqual("styp"u8) || type.SequenceEqual("sidx"u8)
            || type.SequenceEqual("free"u8) || type.SequenceEqual("skip"u8) || type.SequenceEqual("wide"u8)
            || type.SequenceEqual("uuid"u8) || type.SequenceEqual("udta"u8) || type.SequenceEqual("meta"u8);
    }
}
