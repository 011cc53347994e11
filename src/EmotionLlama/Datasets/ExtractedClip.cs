using EmotionLlama.Media;

namespace EmotionLlama.Datasets;

/// <summary>What was made of one clip's file; null what was not asked for.</summary>
public sealed record ExtractedClip
{
    /// <summary>Numbers in a feature: what the model's projections take.</summary>
    public const int FeatureSize = ClipMedia.FeatureSize;

    /// <summary>The frame that the vision tower sees: the whole picture, not the face.</summary>
    public RgbImage? Frame { get; init; }

    /// <summary>The FaceMAE feature: <c>[1024]</c>.</summary>
    public float[]? FaceMae { get; init; }

    /// <summary>The VideoMAE feature: <c>[1024]</c>.</summary>
    public float[]? VideoMae { get; init; }

    /// <summary>The HuBERT feature: <c>[1024]</c>.</summary>
    public float[]? Voice { get; init; }

    /// <summary>A feature by what it tells about: <c>[1024]</c>; null where it was not made.</summary>
    internal float[]? Feature(Modalities part) => part switch
    {
        Modalities.FaceMae => FaceMae,
        Modalities.VideoMae => VideoMae,
        Modalities.Voice => Voice,
        _ => null,
    };

    /// <summary>How long the clip says it is; null where it does not say.</summary>
    public TimeSpan? Duration { get; init; }
}
