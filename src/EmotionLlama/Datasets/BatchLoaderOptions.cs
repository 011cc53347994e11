using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets;

/// <summary>How batches are loaded.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>Threads that read samples and collate batches; 0 does so on the thread that asks for a batch.</summary>
    public int NumWorkers { get; init; } = 4;

    /// <summary>The most batches that are ready or being made ahead of the one in use; null makes two for each worker.
    /// Bounds the memory that batches take.</summary>
    public int? Prefetch { get; init; }

    /// <summary>What a sample that cannot be read does.</summary>
    public OnBadSample OnBadSample { get; init; } = OnBadSample.Stop;

    /// <summary>What the samples are read for.</summary>
    public SampleUse Use { get; init; } = SampleUse.Training;
}
