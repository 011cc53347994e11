namespace EmotionLlama.Monitoring;

/// <summary>How far the filling of the vision cache is: the frozen vision tower runs once for each picture, before the
/// work itself begins.</summary>
/// <param name="Done">Pictures encoded so far, of those that were missing.</param>
/// <param name="Total">Pictures that were missing.</param>
/// <param name="BytesEach">What each takes on the disk.</param>
public sealed record VisionCacheProgress(int Done, int Total, long BytesEach);
