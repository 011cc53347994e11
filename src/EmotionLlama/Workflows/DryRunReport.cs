using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>What a training run would do, found without training.</summary>
public sealed record DryRunReport
{
    /// <summary>What is in the data, by data set.</summary>
    public required IReadOnlyList<DataReport> Data { get; init; }

    /// <summary>The first samples that the run would see.</summary>
    public required IReadOnlyList<PromptPreview> Prompts { get; init; }

    /// <summary>What the curricula do, of the data sets that have one.</summary>
    public required IReadOnlyList<CurriculumReport> Curricula { get; init; }

    /// <summary>Epochs of the run.</summary>
    public required int Epochs { get; init; }

    /// <summary>Optimizer steps of the run.</summary>
    public required long Steps { get; init; }

    /// <summary>Trained weights.</summary>
    public required long TrainedWeights { get; init; }

    /// <summary>Frozen weights.</summary>
    public required long FrozenWeights { get; init; }

    /// <summary>About how much memory a step takes.</summary>
    public required MemoryEstimate Memory { get; init; }

    /// <summary>How large the vision cache becomes; null where the recipe names none.</summary>
    public VisionCacheSize? VisionCache { get; init; }
}
