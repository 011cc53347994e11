namespace EmotionLlama.Datasets;

/// <summary>Makes of clips what they have no files of. Several threads may use an implementation at once.</summary>
public interface IClipExtractor
{
    /// <summary>What it can make: the frame, and the features that an encoder is named for.</summary>
    Modalities Parts { get; }

    /// <summary>Which frame it takes of a clip, in words that differ where the frames may.</summary>
    /// <param name="path">The clip.</param>
    /// <exception cref="InputException">The frame is found in a table that is missing or faulty.</exception>
    string DescribeFrame(string path);

    /// <summary>Makes what is wanted of a clip.</summary>
    /// <param name="path">The clip.</param>
    /// <param name="parts">What to make, of <see cref="Parts"/>.</param>
    /// <param name="cancellation">Stops between two frames or batches.</param>
    /// <exception cref="InputException">The clip is missing, damaged, or lacks what is wanted: then nothing of it is
    /// given.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    ExtractedClip Extract(string path, Modalities parts, CancellationToken cancellation = default);
}
