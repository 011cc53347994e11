namespace EmotionLlama.Datasets;

/// <summary>What a model gets to know of a clip. In a recipe's <c>withhold</c> each has a name:
/// <list type="table">
/// <item><term><c>image</c></term><description>the picture</description></item>
/// <item><term><c>face_mae</c></term><description>the FaceMAE feature</description></item>
/// <item><term><c>video</c></term><description>the VideoMAE feature</description></item>
/// <item><term><c>voice</c></term><description>the HuBERT feature</description></item>
/// <item><term><c>words</c></term><description>the transcript</description></item>
/// <item><term><c>face</c></term><description>all that shows the face: picture, FaceMAE and VideoMAE
/// feature</description></item>
/// </list></summary>
[Flags]
public enum Modalities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The picture. Withheld: every pixel is the mean colour, 0 after normalization.</summary>
    Image = 1,

    /// <summary>The FaceMAE feature. Withheld: a row of zeros.</summary>
    FaceMae = 2,

    /// <summary>The VideoMAE feature. Withheld: a row of zeros.</summary>
    VideoMae = 4,

    /// <summary>The HuBERT feature. Withheld: a row of zeros.</summary>
    Voice = 8,

    /// <summary>The transcript. Withheld: an empty sentence.</summary>
    Words = 16,

    /// <summary>All that shows the face.</summary>
    Face = Image | FaceMae | VideoMae,
}
