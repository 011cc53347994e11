namespace EmotionLlama.Media.Clips;

/// <summary>Which frames VideoMAE sees of a clip: the clip is cut into segments of the same length, and from the middle
/// of each come a few frames that follow one another. The original features were made of 16 frames, 2 of each of 8
/// segments; where in a segment they begin, <c>floor(tick / 2 + tick · s)</c> with <c>tick = (n - 2 + 1) / 8</c>, is
/// what loaders for dynamic facial expressions do outside training (Former-DFER and those after it).</summary>
public static class FrameSegments
{
    /// <summary>Segments of the original features.</summary>
    public const int Segments = 8;

    /// <summary>Frames of each segment of the original features.</summary>
    public const int FramesEach = 2;

    /// <summary>The numbers of the frames, in ascending order; a clip that is too short repeats its last.</summary>
    /// <param name="frames">Frames of the clip, at least 1.</param>
    /// <param name="segments">Segments, at least 1.</param>
    /// <param name="framesEach">Frames of each segment, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is below 1.</exception>
    public static IReadOnlyList<long> Indices(long frames, int segments = Segments, int framesEach = FramesEach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(framesEach, 1);
        var starts = frames - framesEach + 1;
        var tick = starts / (double)segments;
        var indices = new long[segments * framesEach];
        for (var segment = 0; segment < segments; segment++)
        {
            // Fewer starts than segments: one segment for each frame.
            var start = starts > segments ? (long)((tick / 2) + (tick * segment)) : segment;
            for (var frame = 0; frame < framesEach; frame++)
                indices[(segment * framesEach) + frame] = Math.Min(start + frame, frames - 1);
        }

        return indices;
    }
}
