namespace EmotionLlama.Models.Encoders;

/// <summary>Chooses a clip's frames for the temporal encoder as the features of MERR were made: the clip is cut into
/// segments of the same length, and the frames in the middle of each are taken.</summary>
public static class VideoSegments
{
    /// <summary>Chooses frames.</summary>
    /// <param name="clipFrames">Frames of the clip, at least 1.</param>
    /// <param name="segments">Segments.</param>
    /// <param name="framesPerSegment">Successive frames of each segment.</param>
    /// <returns>Numbers of frames from 0, not descending within a segment. A clip of <paramref name="segments"/> +
    /// <paramref name="framesPerSegment"/> - 1 frames or fewer gives its first frames in every segment; a frame beyond
    /// the end is the last one.</returns>
    public static int[] Choose(int clipFrames, int segments = 8, int framesPerSegment = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clipFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSegment, 1);
        var isShort = clipFrames <= segments + framesPerSegment - 1;
        var length = isShort ? 0 : (clipFrames - framesPerSegment + 1) / (double)segments;
        return
        [
            .. from segment in Enumerable.Range(0, segments)
               let first = (int)((length / 2) + (length * segment))
               from next in Enumerable.Range(0, framesPerSegment)
               select Math.Min(first + next, clipFrames - 1),
        ];
    }
}
