using EmotionLlama.Configuration;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Workflows;

/// <summary>What a training benchmark measures.</summary>
public sealed record TrainingBenchmarkOptions
{
    /// <summary>The sizes.</summary>
    public required ModelPreset Preset { get; init; }

    /// <summary>Samples of a step, on each rank.</summary>
    public int Batch { get; init; } = 4;

    /// <summary>Tokens of a sample, inserted embeddings and answer included.</summary>
    public int Tokens { get; init; } = 480;

    /// <summary>Answer tokens of a sample.</summary>
    public int AnswerTokens { get; init; } = 150;

    /// <summary>Steps that are measured, after a few to warm up.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Precision of frozen weights and arithmetic.</summary>
    public Amp Precision { get; init; } = Amp.Auto;

    /// <summary>How the frozen matrices of the Llama are stored.</summary>
    public FrozenFormat Frozen { get; init; }

    /// <summary>Which activations are computed again.</summary>
    public GradCheckpoint Checkpoint { get; init; }

    /// <summary>Whether the vision tower encodes each picture in each step, as without a vision cache.</summary>
    public bool EncodesImages { get; init; }

    /// <summary>LoRA's dropout; 0 where losses of several ranks are compared with those of one.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>Threads that one operation is computed on, on a CPU; null takes libtorch's default.</summary>
    public int? Threads { get; init; }

    /// <summary>Steps before the first one that is measured: the runtime compiles hot code anew for some seconds.</summary>
    public int WarmUp { get; init; } = 10;

    /// <summary>Whether each step has a batch of its own, from which there is something to learn.</summary>
    public bool VariesBatches { get; init; }

    /// <summary>The learning rate.</summary>
    public double LearningRate { get; init; } = 1e-5;

    /// <summary><c>cuda</c>, <c>cuda:N</c> or <c>cpu</c>; null takes a GPU where there is one.</summary>
    public string? Device { get; init; }
}
