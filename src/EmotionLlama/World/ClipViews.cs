using EmotionLlama.Media;

namespace EmotionLlama.World;

/// <summary>What the feature encoders get to see of a clip. The same views serve when the encoders are trained and when
/// data is written.</summary>
public static class ClipViews
{
    /// <summary>Width and height of a view in pixels.</summary>
    public const int Size = 64;

    /// <summary>The number of face crops around the peak.</summary>
    public const int FaceCount = 4;

    /// <summary>The number of whole frames over the clip.</summary>
    public const int FrameCount = 8;

    private const double FaceSpacingSeconds = 0.06;

    /// <summary>Crops of the face around the peak of the expression: <see cref="FaceCount"/> pictures.</summary>
    public static IReadOnlyList<RgbImage> PeakFaces(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var first = clip.PeakSeconds - (0.5 * (FaceCount - 1) * FaceSpacingSeconds);
        return [.. Enumerable.Range(0, FaceCount).Select(face =>
            FaceRenderer.Render(clip, first + (face * FaceSpacingSeconds), Size, FaceFraming.Face))];
    }

    /// <summary>Whole frames, evenly spaced over the clip: <see cref="FrameCount"/> pictures.</summary>
    public static IReadOnlyList<RgbImage> Frames(WorldClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return [.. Enumerable.Range(0, FrameCount).Select(frame =>
            FaceRenderer.Render(clip, (frame + 0.5) / FrameCount * clip.DurationSeconds, Size))];
    }
}
