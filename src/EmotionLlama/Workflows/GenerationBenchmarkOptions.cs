using EmotionLlama.Configuration;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Workflows;

/// <summary>What a benchmark of generation measures.</summary>
public sealed record GenerationBenchmarkOptions
{
    /// <summary>The sizes.</summary>
    public required ModelPreset Preset { get; init; }

    /// <summary>Prompts that are answered at once.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Tokens of a prompt, inserted embeddings included.</summary>
    public int PromptTokens { get; init; } = 330;

    /// <summary>Tokens of an answer.</summary>
    public int Tokens { get; init; } = 200;

    /// <summary>Times that the prompts are answered, after one to warm up.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>Precision of weights and arithmetic.</summary>
    public Amp Precision { get; init; } = Amp.Auto;

    /// <summary><c>cuda</c>, <c>cuda:N</c> or <c>cpu</c>; null takes a GPU where there is one.</summary>
    public string? Device { get; init; }
}
