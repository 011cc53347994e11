using EmotionLlama.Models;

namespace EmotionLlama.Training;

/// <summary>The micro-batches of a run, in an order that depends on the seed alone.</summary>
public interface ITrainingData
{
    /// <summary>Micro-batches in one pass over the data.</summary>
    int BatchesPerPass { get; }

    /// <summary>The micro-batches from one on, without end. The caller disposes each.</summary>
    /// <param name="first">The first micro-batch, counted from 0 over the run.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken);
}
