namespace EmotionLlama.Media.Clips;

/// <summary>The moving picture of a clip.</summary>
/// <param name="Stream">Which stream of the file it is.</param>
/// <param name="Codec">Its coding: <c>h264</c>.</param>
/// <param name="Width">Columns of an upright frame.</param>
/// <param name="Height">Rows of an upright frame.</param>
/// <param name="Rotation">Degrees, clockwise, that a stored frame is turned by to stand upright: 0 to 359.</param>
/// <param name="FramesPerSecond">The mean over the clip, as it says; null where it does not say.</param>
/// <param name="DeclaredFrames">How many frames it says it has; null where it does not say.</param>
public sealed record ClipVideo(
    int Stream,
    string Codec,
    int Width,
    int Height,
    int Rotation,
    double? FramesPerSecond,
    long? DeclaredFrames);
