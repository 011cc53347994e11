namespace EmotionLlama.Monitoring;

/// <summary>What one optimizer step measured: a line of the metric log.</summary>
public sealed record StepMetrics
{
    /// <summary>The optimizer step, counted from 1 over the whole run; skipped steps count too.</summary>
    public required long Step { get; init; }

    /// <summary>The epoch, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>The micro-batch within the epoch that completed this step, from 0.</summary>
    public required int Iteration { get; init; }

    /// <summary>The loss of the step, as it was differentiated: the mean cross entropy in nats.</summary>
    public required double Loss { get; init; }

    /// <summary>The learning rate the step was taken with.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The norm of the whole gradient before clipping; null where it was not measured.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>Answer tokens in the step: those the loss is taken over.</summary>
    public long AnswerTokens { get; init; }

    /// <summary>All tokens in the step: image, features, text and answer, without padding.</summary>
    public long Tokens { get; init; }

    /// <summary>Clips in the step.</summary>
    public int Samples { get; init; }

    /// <summary>Tokens a second, smoothed.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>Clips a second, smoothed.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Memory in use, in bytes: of the GPU where one trains, else of the process.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Memory of the process in the host, in bytes.</summary>
    public long ProcessBytes { get; init; }

    /// <summary>True where the gradient was not finite and the weights were left as they were.</summary>
    public bool Skipped { get; init; }

    /// <summary>The factor the loss was scaled by for float16; null without scaling.</summary>
    public double? LossScale { get; init; }

    /// <summary>Seconds of training since the run began, over all resumptions.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Seconds, since training began or was resumed, in which the next samples were not there yet. On a GPU
    /// they cost less than that, because it computes meanwhile what was queued before.</summary>
    public double DataWaitSeconds { get; init; }
}
