using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EmotionLlama.Runtime;

namespace EmotionLlama.Media;

/// <summary>Reads and writes WAV files of one channel and 16-bit integer samples.</summary>
public static class WavFile
{
    private const int HeaderBytes = 44;
    private const int FormatBytes = 16;
    private const int BytesPerSample = 2;
    private const float FullScale = 32768;
    private const ushort IntegerFormat = 1;
    private const ushort ExtensibleFormat = 0xFFFE;

    // What a program writes that cannot go back to fill in the length.
    private const uint UnknownLength = uint.MaxValue;

    /// <summary>Writes a file: beside its place first, then renamed. Samples beyond -1 to 1 are clipped.</summary>
    public static void Write(string path, Waveform sound)
    {
        ArgumentNullException.ThrowIfNull(sound);
        ArgumentOutOfRangeException.ThrowIfLessThan(sound.SampleRate, 1);
        var samples = new short[sound.Samples.Length];
        for (var index = 0; index < samples.Length; index++)
        {
            samples[index] = (short)Math.Clamp(
                MathF.Round(sound.Samples[index] * FullScale), short.MinValue, short.MaxValue);
        }

        var header = Header(sound.SampleRate, checked(samples.Length * BytesPerSample));
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            stream.Write(MemoryMarshal.AsBytes(samples.AsSpan()));
        });
    }

    /// <summary>Writes a file block by block, so that a long sound is never held whole: beside its place first, then
    /// renamed. Where the blocks end in an exception, there is no file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="blocks">The samples in their order.</param>
    /// <returns>How many samples were written.</returns>
    /// <exception cref="InputException">The file cannot be written, or the sound is longer than a WAV file can
    /// be.</exception>
    public static long Write(string path, int sampleRate, IEnumerable<short[]> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        long bytes = 0;
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Header(sampleRate, 0));
            foreach (var block in blocks)
            {
                var samples = MemoryMarshal.AsBytes(block.AsSpan());
                bytes += samples.Length;
                if (bytes > int.MaxValue - HeaderBytes)
                    throw new InputException($"{path}: the sound is too long for one WAV file (2 GB); cut it");

                stream.Write(samples);
            }

            stream.Position = 0;
            stream.Write(Header(sampleRate, (int)bytes));
        });
        return bytes / BytesPerSample;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file is missing, truncated, not a WAV file, or of another kind than one
    /// channel of 16-bit integers.</exception>
    public static Waveform Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such sound file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: the sound cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A file in memory.</summary>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="samples">The samples in their order.</param>
    public static byte[] ToBytes(int sampleRate, ReadOnlySpan<short> samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1);
        return [.. Header(sampleRate, checked(samples.Length * BytesPerSample)), .. MemoryMarshal.AsBytes(samples)];
    }

    private static byte[] Header(int sampleRate, int dataBytes)
    {
        var header = new byte[HeaderBytes];
        var rest = header.AsSpan();
        "RIFF"u8.CopyTo(rest);
        BinaryPrimitives.WriteInt32LittleEndian(rest[4..], checked(HeaderBytes - 8 + dataBytes));
        "WAVEfmt "u8.CopyTo(rest[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(rest[16..], FormatBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[20..], IntegerFormat);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(rest[24..], sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(rest[28..], sampleRate * BytesPerSample);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[32..], BytesPerSample);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[34..], BytesPerSample * 8);
        "data"u8.CopyTo(rest[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(rest[40..], dataBytes);
        return header;
    }

    private static Waveform Parse(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < 12 || !file.StartsWith("RIFF"u8) || !file[8..].StartsWith("WAVE"u8))
            throw new InputException($"{path}: not a WAV file; convert it: ffmpeg -i FILE -ac 1 -c:a pcm_s16le OUT.wav");

        int? sampleRate = null;
        for (var rest = file[12..]; rest.Length >= 8;)
        {
            var name = rest[..4];
            var promised = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            rest = rest[8..];
            var isData = name.SequenceEqual("data"u8);
            if (isData && promised == UnknownLength)
                promised = (uint)rest.Length;
            if (promised > rest.Length)
            {
                throw new InputException($"{path}: truncated: {promised} bytes promised, {rest.Length} left; "
                    + "copy or extract it again");
            }

            var content = rest[..(int)promised];
            if (isData)
            {
                return sampleRate is { } rate
                    ? new(rate, ToSamples(content))
                    : throw new InputException($"{path}: corrupt WAV file: samples before their format");
            }

            if (name.SequenceEqual("fmt "u8))
                sampleRate = ParseFormat(content, path);

            // Chunks begin at even places.
            rest = rest[Math.Min(content.Length + (content.Length & 1), rest.Length)..];
        }

        throw new InputException($"{path}: truncated or corrupt: it has no samples; copy or extract it again");
    }

    private static int ParseFormat(ReadOnlySpan<byte> format, string path)
    {
        if (format.Length < FormatBytes)
            throw new InputException($"{path}: corrupt WAV file: its format is cut off");

        var kind = BinaryPrimitives.ReadUInt16LittleEndian(format);
        if (kind == ExtensibleFormat && format.Length >= 26)
            kind = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        var sampleRate = BinaryPrimitives.ReadInt32LittleEndian(format[4..]);
        if (kind != IntegerFormat || channels != 1 || bits != BytesPerSample * 8 || sampleRate < 1)
        {
            throw new InputException($"{path}: {channels} channels of {bits} bits, encoding {kind}, {sampleRate} Hz; "
                + "needed are one channel and 16-bit integers: ffmpeg -i FILE -ac 1 -c:a pcm_s16le OUT.wav");
        }

        return sampleRate;
    }

    private static float[] ToSamples(ReadOnlySpan<byte> bytes)
    {
        var integers = MemoryMarshal.Cast<byte, short>(bytes);
        var samples = new float[integers.Length];
        for (var index = 0; index < samples.Length; index++)
            samples[index] = integers[index] / FullScale;
        return samples;
    }
}
