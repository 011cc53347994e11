namespace EmotionLlama.Workflows;

/// <summary>How fast a model answered. Times are medians.</summary>
public sealed record GenerationTiming
{
    /// <summary>What was measured.</summary>
    public required GenerationBenchmarkOptions Options { get; init; }

    /// <summary>Seconds until the answers are complete, from the prompts' embeddings on.</summary>
    public required double AnswerSeconds { get; init; }

    /// <summary>Seconds of the fastest answers.</summary>
    public required double FastestSeconds { get; init; }

    /// <summary>Seconds of the slowest answers.</summary>
    public required double SlowestSeconds { get; init; }

    /// <summary>Seconds until the first token of each answer is there.</summary>
    public required double FirstTokenSeconds { get; init; }

    /// <summary>Bytes that have to be read for a further token of each answer: all weights but the embedding, and the
    /// keys and values of half-done answers.</summary>
    public required long BytesPerStep { get; init; }

    /// <summary>Bytes per second that a large copy reads and writes.</summary>
    public required double MemoryRate { get; init; }

    /// <summary>Bytes of the GPU that were in use at the end, caches of libtorch included; 0 on a CPU.</summary>
    public required long BytesInUse { get; init; }

    /// <summary>Tokens per second, the time until the first one included.</summary>
    public double TokensPerSecond => Options.Batch * (double)Options.Tokens / AnswerSeconds;

    /// <summary>Seconds of a further token of each answer; 0 where there is none.</summary>
    public double StepSeconds =>
        Options.Tokens == 1 ? 0 : (AnswerSeconds - FirstTokenSeconds) / (Options.Tokens - 1);

    /// <summary>Tokens per second behind the first ones; 0 where there are none.</summary>
    public double DecodedPerSecond => StepSeconds == 0 ? 0 : Options.Batch / StepSeconds;

    /// <summary>How much of the memory's rate a further token uses: 1 is the bound; 0 where there is none.</summary>
    public double ShareOfMemoryRate => StepSeconds == 0 ? 0 : BytesPerStep / MemoryRate / StepSeconds;
}
