namespace EmotionLlama.Workflows;

/// <summary>What the quickstart found; <c>summary.json</c>.</summary>
public sealed record QuickstartSummary
{
    /// <summary>Seconds from start to end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Mean loss of the first ten steps.</summary>
    public required double? LossFirst { get; init; }

    /// <summary>Mean loss of the last ten steps.</summary>
    public required double? LossLast { get; init; }

    /// <summary>Share of held-out clips whose answer concluded with the right emotion before training.</summary>
    public required double AccuracyBefore { get; init; }

    /// <summary>The same after training.</summary>
    public required double AccuracyAfter { get; init; }

    /// <summary>After training, with the picture and the visual features withheld.</summary>
    public required double AccuracyWithoutFace { get; init; }

    /// <summary>After training, with the audio feature withheld.</summary>
    public required double AccuracyWithoutVoice { get; init; }

    /// <summary>After training, with the transcript withheld.</summary>
    public required double AccuracyWithoutWords { get; init; }

    /// <summary>Training clips.</summary>
    public required int Clips { get; init; }

    /// <summary>Held-out clips.</summary>
    public required int HeldOutClips { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The tuned weights.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The HTML report.</summary>
    public required string Report { get; init; }
}
