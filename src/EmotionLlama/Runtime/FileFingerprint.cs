using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EmotionLlama.Runtime;

/// <summary>Tells files apart by their content, in a moment also where they are as large as a model.</summary>
internal static class FileFingerprint
{
    private const int Block = 1 << 16;
    private const int Samples = 256;

    /// <summary>Sixteen hexadecimal digits that depend on a file's length and content: SHA-256 over all of it, or over
    /// 256 blocks of 64 KiB, the first and the last among them, where it is larger. Weights that were tuned differ
    /// everywhere.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = File.OpenHandle(path);
            AppendFile(hash, file, RandomAccess.GetLength(file));
            return Text(hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The same of several files together, in this order.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string Of(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths)
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Of(path)));

        return Text(hash);
    }

    /// <summary>The same of a model's folder: its weights, settings and vocabulary.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string OfModel(string folder) => Of(Directory.EnumerateFiles(folder)
        .Where(file => Path.GetExtension(file) is ".safetensors" or ".bin" or ".json" or ".model")
        .Order(StringComparer.Ordinal));

    private static void AppendFile(IncrementalHash hash, Microsoft.Win32.SafeHandles.SafeFileHandle file, long length)
    {
        Span<byte> size = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(size, length);
        hash.AppendData(size);
        var buffer = new byte[Block];
        var blocks = (length + Block - 1) / Block;
        for (var sample = 0L; sample < Math.Min(blocks, Samples); sample++)
        {
            var block = blocks <= Samples ? sample : sample * (blocks - 1) / (Samples - 1);
            var read = RandomAccess.Read(file, buffer, block * Block);
            hash.AppendData(buffer.AsSpan(0, read));
        }
    }

    private static string Text(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
}
