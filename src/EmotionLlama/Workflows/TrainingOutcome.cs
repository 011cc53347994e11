using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Workflows;

/// <summary>How a training run ended.</summary>
public sealed record TrainingOutcome
{
    /// <summary>Optimizer steps of the whole run, up to its early stop where there was one.</summary>
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

    /// <summary>The best evaluation, with its checkpoint where the recipe keeps it; null without evaluations.</summary>
    public BestMetric? Best { get; init; }

    /// <summary>Why the run ended before its last epoch; null where it did not.</summary>
    public string? StoppedEarly { get; init; }

    /// <summary>The troubles that the evaluations show.</summary>
    public required Diagnosis Diagnosis { get; init; }

    /// <summary>The last checkpoint.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The folder with checkpoints, logs and recipe.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Samples that were skipped because they could not be read.</summary>
    public long SkippedSamples { get; init; }

    /// <summary>Seconds that the run took, loading included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds of training, with its evaluations and checkpoints, without loading.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Seconds of training in which the next samples were not there yet.</summary>
    public required double DataWaitSeconds { get; init; }

    /// <summary>The share of the training that was waiting for samples.</summary>
    public double DataWaitShare => TrainingSeconds > 0 ? DataWaitSeconds / TrainingSeconds : 0;
}
