namespace EmotionLlama.World;

/// <summary>How a data set is written.</summary>
public sealed record WorldWriterOptions
{
    /// <summary>Width and height of the frames in pixels.</summary>
    public int FrameSize { get; init; } = 112;

    /// <summary>Whether the voices are written as WAV files too. Training needs only their features.</summary>
    public bool WriteAudio { get; init; }

    /// <summary>How many clips are rendered and encoded together. Memory grows with this, not with the number of
    /// clips.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>How many clips are rendered at the same time.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
