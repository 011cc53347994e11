namespace EmotionLlama.Scoring.Wheel;

/// <summary>A system's emotion words on wheels.</summary>
public sealed record WheelSummary
{
    /// <summary>The system.</summary>
    public required string System { get; init; }

    /// <summary>Clips that it and the truth describe.</summary>
    public required int Clips { get; init; }

    /// <summary>The coarse groups.</summary>
    public required WheelLevelScore Level1 { get; init; }

    /// <summary>The finer groups.</summary>
    public required WheelLevelScore Level2 { get; init; }

    /// <summary>Measures a system.</summary>
    /// <param name="system">Its descriptions, with labels or with texts to read them from.</param>
    /// <param name="wheels">The wheels.</param>
    public static WheelSummary Of(SystemDescriptions system, EmotionWheels wheels)
    {
        ArgumentNullException.ThrowIfNull(system);
        var pairs = system.Clips.Pairs;
        return new WheelSummary
        {
            System = system.System,
            Clips = pairs.Count,
            Level1 = WheelMetric.Measure(pairs, WheelLevel.Coarse, wheels),
            Level2 = WheelMetric.Measure(pairs, WheelLevel.Fine, wheels),
        };
    }
}
