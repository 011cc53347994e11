namespace EmotionLlama.Media.OpenFace;

/// <summary>The smallest upright rectangle around the landmarks of a face, in pixels of the frame; it may reach beyond
/// the frame.</summary>
/// <param name="Left">The smallest x.</param>
/// <param name="Top">The smallest y.</param>
/// <param name="Right">The largest x.</param>
/// <param name="Bottom">The largest y.</param>
public readonly record struct LandmarkExtent(double Left, double Top, double Right, double Bottom);
