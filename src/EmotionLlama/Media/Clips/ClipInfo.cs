namespace EmotionLlama.Media.Clips;

/// <summary>What a clip says about itself. Only decoding tells how many frames there really are:
/// <see cref="ClipReader.CountFrames"/>.</summary>
public sealed record ClipInfo
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What <c>ffmpeg</c> calls the container: <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</summary>
    public required string Container { get; init; }

    /// <summary>How long it says it is; null where it does not say.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The moving picture; null where there is none. The cover picture of a song is none.</summary>
    public ClipVideo? Video { get; init; }

    /// <summary>The sound that <c>ffmpeg</c> would choose; null where there is none.</summary>
    public ClipSound? Sound { get; init; }

    /// <summary>Whether there are frames.</summary>
    public bool HasVideo => Video is not null;

    /// <summary>Whether there is sound.</summary>
    public bool HasAudio => Sound is not null;
}
