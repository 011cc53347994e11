namespace EmotionLlama.Workflows;

/// <summary>How fast stage 2 trained.</summary>
public sealed record TrainingTiming
{
    /// <summary>What was measured.</summary>
    public required TrainingBenchmarkOptions Options { get; init; }

    /// <summary>Seconds of a step, the median.</summary>
    public required double StepSeconds { get; init; }

    /// <summary>Seconds of the fastest step.</summary>
    public required double FastestSeconds { get; init; }

    /// <summary>Seconds of the slowest step.</summary>
    public required double SlowestSeconds { get; init; }

    /// <summary>The loss of the last step.</summary>
    public required double Loss { get; init; }

    /// <summary>The loss of each step, those to warm up included.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>What several ranks took for their exchange; null where there is one.</summary>
    public ExchangeTiming? Exchange { get; init; }

    /// <summary>Floating-point operations of a step's matrix products in the decoder's layers: four for each weight and
    /// token, since frozen weights need no gradient.</summary>
    public required double FlopsPerStep { get; init; }

    /// <summary>Bytes of the GPU that were in use at the end, caches of libtorch included; 0 on a CPU.</summary>
    public required long BytesInUse { get; init; }

    /// <summary>Bytes that a dry run would have said.</summary>
    public required long BytesEstimated { get; init; }

    /// <summary>Samples per second of all ranks together.</summary>
    public double SamplesPerSecond => Options.Batch * (Exchange?.Ranks ?? 1) / StepSeconds;

    /// <summary>Floating-point operations per second.</summary>
    public double Flops => FlopsPerStep / StepSeconds;
}
