namespace EmotionLlama.Checkpoints.Zip;

/// <summary>A file in a zip archive, as the archive's directory describes it.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="IsStored">Whether its bytes lie in the archive as they are, neither compressed nor encrypted.</param>
/// <param name="HeaderOffset">Where its local header starts in the archive.</param>
internal sealed record ZipEntry(string Name, long Length, bool IsStored, long HeaderOffset);
