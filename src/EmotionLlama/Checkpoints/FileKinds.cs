using System.Buffers.Binary;

namespace EmotionLlama.Checkpoints;

/// <summary>Tells the formats of checkpoints apart by their content; extensions are often wrong.</summary>
internal static class FileKinds
{
    private const int TarMagicAt = 257;
    private const byte PickleProtocol = 0x80;

    /// <summary>What a file is, from its first bytes.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static FileKind Detect(CheckpointFile file)
    {
        ReadOnlySpan<byte> start = file.ReadBytes(0, (int)Math.Min(file.Length, TarMagicAt + 8));
        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8))
            return FileKind.Zip;

        // Before pickles: the length of a header, which comes first, may begin with the bytes of a pickle.
        if (start.Length > 8 && start[8] == (byte)'{'
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafetensorsHeader.MaxBytes)
        {
            return FileKind.Safetensors;
        }

        if (start.Length >= 2 && start[0] == PickleProtocol && start[1] <= 5)
            return FileKind.Pickle;
        if (start.StartsWith("version https://git-lfs"u8))
            return FileKind.LfsPointer;

        var isTar = start.Length > TarMagicAt && start[TarMagicAt..].StartsWith("ustar"u8);
        return isTar ? FileKind.Tar : FileKind.Unknown;
    }

    /// <summary>The error of a file of no kind that can be read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="expected">What it should be.</param>
    public static InputException Unknown(CheckpointFile file, string expected)
    {
        if (file.Length == 0)
            return new InputException($"{file.Path}: is empty; copy or download it again");

        var start = file.ReadBytes(0, (int)Math.Min(file.Length, 8));
        return new InputException(Detect(file) switch
        {
            FileKind.LfsPointer =>
                $"{file.Path}: is only a Git LFS pointer; fetch the file itself with `git lfs pull`",
            FileKind.Tar =>
                $"{file.Path}: is a tar archive, as PyTorch before 0.2 wrote; load it with PyTorch and save it again",
            _ => $"{file.Path}: is not {expected}; its first bytes are {Convert.ToHexString(start)}",
        });
    }
}
