using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace EmotionLlama.Datasets.Vision;

/// <summary>Tells pictures apart by what they show: 128 bits of the content of their file and, for a clip, of which
/// frame is taken.</summary>
/// <param name="Bits">XXH128 of the content.</param>
public readonly record struct PictureKey(UInt128 Bits)
{
    private const int BlockBytes = 1 << 16;

    /// <summary>The blank picture that stands in for one that is withheld.</summary>
    public static PictureKey Blank { get; } = new(XxHash128.HashToUInt128("a blank picture"u8));

    /// <summary>The key of a picture's file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="frame">Where it is a clip, which frame is taken, in words that differ where the frames may.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static PictureKey Of(string path, string frame = "")
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes(frame.AsSpan()));
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read, BlockBytes, FileOptions.SequentialScan);
            hash.Append(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return new PictureKey(hash.GetCurrentHashAsUInt128());
    }
}
