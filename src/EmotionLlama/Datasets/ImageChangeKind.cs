namespace EmotionLlama.Datasets;

/// <summary>What augmentation does to a picture.</summary>
internal enum ImageChangeKind
{
    /// <summary>It stays as it is.</summary>
    None,

    /// <summary>It is blanked.</summary>
    Blank,

    /// <summary>It is mirrored, cropped, made brighter and so on.</summary>
    Change,
}
