namespace EmotionLlama.Datasets;

/// <summary>Says which samples make up each micro-batch. Any micro-batch can be asked for at any time, by any thread,
/// so a run continues wherever it stopped without replaying what came before.</summary>
public interface ISampleOrder
{
    /// <summary>How many micro-batches there are; null where they never end.</summary>
    long? Count { get; }

    /// <summary>The samples of a micro-batch, at least one.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="microBatch"/> is negative or not below
    /// <see cref="Count"/>.</exception>
    IReadOnlyList<SampleReference> this[long microBatch] { get; }
}
