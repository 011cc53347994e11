using EmotionLlama.Models;

namespace EmotionLlama.Training;

/// <summary>The micro-batches of a run, in an order that depends on the seed alone. Where there are several ranks, each
/// has its part of one order.</summary>
public interface ITrainingData
{
    /// <summary>Micro-batches of each rank in one pass over the data.</summary>
    int BatchesPerPass { get; }

    /// <summary>This rank's micro-batches from a place on, without end. The caller disposes each.</summary>
    /// <param name="first">How many micro-batches all ranks together have drawn before, over the run.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken);
}
