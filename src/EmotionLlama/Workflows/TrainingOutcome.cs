namespace EmotionLlama.Workflows;

/// <summary>How a training run ended.</summary>
public sealed record TrainingOutcome
{
    /// <summary>Optimizer steps of the whole run.</summary>
    public required long Steps { get; init; }

    /// <summary>Mean loss of the first ten steps of the run, before it was resumed too; null where they are not
    /// known.</summary>
    public double? LossFirst { get; init; }

    /// <summary>Mean loss of the last ten steps; null where they are not known.</summary>
    public double? LossLast { get; init; }

    /// <summary>Mean loss on held-out clips before training; null without such clips.</summary>
    public double? ValidationLossFirst { get; init; }

    /// <summary>Mean loss on held-out clips after training; null without such clips.</summary>
    public double? ValidationLossLast { get; init; }

    /// <summary>The last checkpoint.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The folder with checkpoints, logs and recipe.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Samples that were skipped because they could not be read.</summary>
    public long SkippedSamples { get; init; }

    /// <summary>Seconds that the run took, loading included.</summary>
    public required double Seconds { get; init; }
}
