namespace EmotionLlama.Tests.Fuzzing;

/// <summary>What a reader may take of the machine.</summary>
internal sealed record FuzzLimits
{
    /// <summary>Bytes it may allocate on the managed heap for each byte of the file.</summary>
    public required double PerByte { get; init; }

    /// <summary>Bytes it may allocate besides: buffers, and the text of an error.</summary>
    public required long Besides { get; init; }

    /// <summary>How long one file may take before it counts as a hang.</summary>
    public TimeSpan Hang { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bytes that a reader may allocate for a file.</summary>
    public long Of(int length) => Besides + (long)(PerByte * length);
}
