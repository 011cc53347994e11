namespace EmotionLlama.Checkpoints;

/// <summary>What the first bytes of a file say it is.</summary>
internal enum FileKind
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>A zip archive, as PyTorch writes since 1.6.</summary>
    Zip,

    /// <summary>A Python pickle, as PyTorch wrote before.</summary>
    Pickle,

    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>A tar archive, as PyTorch wrote before 0.2.</summary>
    Tar,

    /// <summary>A text that stands for a file kept elsewhere by Git LFS.</summary>
    LfsPointer,
}
