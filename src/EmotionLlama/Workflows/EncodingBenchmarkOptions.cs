using EmotionLlama.Configuration;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Workflows;

/// <summary>What a benchmark of the vision tower measures.</summary>
public sealed record EncodingBenchmarkOptions
{
    /// <summary>The sizes.</summary>
    public required ModelPreset Preset { get; init; }

    /// <summary>Pictures at once.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Batches that are measured, after a few to warm up.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Precision of weights and arithmetic.</summary>
    public Amp Precision { get; init; } = Amp.Auto;

    /// <summary><c>cuda</c>, <c>cuda:N</c> or <c>cpu</c>; null takes a GPU where there is one.</summary>
    public string? Device { get; init; }
}
