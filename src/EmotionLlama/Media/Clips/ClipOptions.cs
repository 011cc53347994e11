namespace EmotionLlama.Media.Clips;

/// <summary>How clips are read.</summary>
public sealed record ClipOptions
{
    // Longer than any clip; keeps a header that lies from buying time.
    private static readonly TimeSpan LongestClip = TimeSpan.FromHours(24);

    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(30);

    // 128 kbit/s, for a clip that does not say how long it is: few are coded in less.
    private const double BytesPerSecond = 16_000;

    /// <summary>Threads that decode one clip. One gives the same frames, and is best where several clips are read at
    /// once.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How long to wait for a program's output, whatever the clip.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How much longer to wait for each second of the clip.</summary>
    public double PatiencePerSecond { get; init; } = 10;

    /// <summary>How long to wait for a program that reads a whole clip. The time that a reader takes between two
    /// frames does not count.</summary>
    /// <param name="info">The clip.</param>
    public TimeSpan TimeLimit(ClipInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var seconds = Math.Min(info.Duration?.TotalSeconds ?? info.Bytes / BytesPerSecond, LongestClip.TotalSeconds);
        return TimeSpan.FromSeconds(
            Math.Min(Patience.TotalSeconds + (seconds * PatiencePerSecond), LongestLimit.TotalSeconds));
    }
}
