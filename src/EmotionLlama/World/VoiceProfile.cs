namespace EmotionLlama.World;

/// <summary>How a voice sounds: what a <see cref="VoiceCue"/> fixes the ranges of.</summary>
public sealed record VoiceProfile
{
    /// <summary>Mean fundamental frequency in Hz.</summary>
    public required float PitchHz { get; init; }

    /// <summary>How far the melody moves around the mean pitch, as a share of it.</summary>
    public required float PitchRange { get; init; }

    /// <summary>Root mean square of the whole waveform, where full scale is 1.</summary>
    public required float Energy { get; init; }

    /// <summary>Syllables a second.</summary>
    public required float SyllablesPerSecond { get; init; }

    /// <summary>Depth of the tremor: the pitch swings by this share around 5.5 times a second, the loudness by three
    /// times as much.</summary>
    public required float Tremor { get; init; }

    /// <summary>From dull (0) to bright (1): how slowly the spectrum falls.</summary>
    public required float Brightness { get; init; }

    /// <summary>Formant frequencies as a factor: a shorter vocal tract is above 1.</summary>
    public required float FormantScale { get; init; }
}
