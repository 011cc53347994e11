namespace EmotionLlama.Workflows;

/// <summary>How fast the vision tower encodes pictures.</summary>
public sealed record EncodingTiming
{
    /// <summary>What was measured.</summary>
    public required EncodingBenchmarkOptions Options { get; init; }

    /// <summary>Seconds of a batch until its result is there, the median; from pixels in the host's memory on.</summary>
    public required double BatchSeconds { get; init; }

    /// <summary>Seconds of the fastest batch.</summary>
    public required double FastestSeconds { get; init; }

    /// <summary>Seconds of the slowest batch.</summary>
    public required double SlowestSeconds { get; init; }

    /// <summary>Seconds for which a batch keeps the host busy, the median; the rest of the time it is free.</summary>
    public required double HostSeconds { get; init; }

    /// <summary>Floating-point operations of a picture's matrix products and attention.</summary>
    public required double FlopsPerPicture { get; init; }

    /// <summary>Bytes of the GPU that were in use at the end, caches of libtorch included; 0 on a CPU.</summary>
    public required long BytesInUse { get; init; }

    /// <summary>Pictures per second.</summary>
    public double PicturesPerSecond => Options.Batch / BatchSeconds;

    /// <summary>Floating-point operations per second.</summary>
    public double Flops => FlopsPerPicture * PicturesPerSecond;
}
