namespace EmotionLlama.Datasets;

/// <summary>The order of evaluation: one data set from its first clip to its last, once. The last micro-batch may be
/// smaller. A clip's draws depend on the seed and its place alone, not on the batch size or the processes.</summary>
public sealed class SequentialOrder : ISampleOrder
{
    private readonly ulong _seed;
    private readonly int _clips;
    private readonly int _batchSize;
    private readonly int _rank;
    private readonly int _worldSize;

    /// <summary>Creates the order.</summary>
    /// <param name="clips">Clips in the data set.</param>
    /// <param name="batchSize">Samples of a micro-batch.</param>
    /// <param name="seed">Fixes the draws of tasks and instructions.</param>
    /// <param name="rank">This process, from 0: it takes the micro-batches rank, rank + worldSize, ….</param>
    /// <param name="worldSize">The number of processes.</param>
    public SequentialOrder(int clips, int batchSize = 1, ulong seed = 0, int rank = 0, int worldSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(clips);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        _clips = clips;
        _batchSize = batchSize;
        _seed = seed;
        _rank = rank;
        _worldSize = worldSize;
    }

    /// <summary>The micro-batches of this process.</summary>
    public long Count
    {
        get
        {
            var all = (_clips + (long)_batchSize - 1) / _batchSize;
            return (all + _worldSize - 1 - _rank) / _worldSize;
        }
    }

    long? ISampleOrder.Count => Count;

    /// <inheritdoc/>
    public IReadOnlyList<SampleReference> this[long microBatch]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(microBatch);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(microBatch, Count);
            var first = (int)(((microBatch * _worldSize) + _rank) * _batchSize);
            var samples = new SampleReference[Math.Min(_batchSize, _clips - first)];
            for (var i = 0; i < samples.Length; i++)
                samples[i] = new SampleReference(0, first + i, SplitMix64.Mix(_seed, (ulong)(first + i)));
            return samples;
        }
    }
}
