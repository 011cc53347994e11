using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Datasets;

/// <summary>
/// The order of training: endless, fixed by a seed, and the same however a run is interrupted. Each micro-batch comes
/// from one data set; data sets take turns in proportion to their ratios. A data set is gone through pass by pass, each
/// pass in a new random order that holds every clip exactly once, and a micro-batch may span two passes. Under a
/// curriculum, a pass of the first part holds every clip that may be drawn by then.
/// </summary>
/// <remarks>Several processes share one global order: process r of w takes the micro-batches r, r + w, r + 2w, …, so
/// that together they read what one process with w times the accumulation reads.</remarks>
public sealed class SampleOrder : ISampleOrder
{
    private readonly ulong _seed;
    private readonly OrderedDataset[] _datasets;
    private readonly Interleaving _turns;
    private readonly int _rank;
    private readonly int _worldSize;
    private readonly long _drawn;

    /// <summary>Creates the order of a seed.</summary>
    /// <param name="seed">Fixes everything.</param>
    /// <param name="datasets">The data sets, at least one with a ratio above 0.</param>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="worldSize">The number of processes.</param>
    /// <exception cref="ArgumentException">There is nothing to draw from, or a data set is empty, or a batch size or
    /// ratio is impossible.</exception>
    public SampleOrder(ulong seed, IReadOnlyList<OrderedDataset> datasets, int rank = 0, int worldSize = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        if (!datasets.Any(dataset => dataset.SampleRatio > 0))
            throw new ArgumentException("an order needs a data set with a ratio above 0", nameof(datasets));

        foreach (var dataset in datasets)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dataset.Count, 1, nameof(datasets));
            ArgumentOutOfRangeException.ThrowIfLessThan(dataset.BatchSize, 1, nameof(datasets));
            ArgumentOutOfRangeException.ThrowIfNegative(dataset.SampleRatio, nameof(datasets));
            if (!double.IsFinite(dataset.SampleRatio))
                throw new ArgumentException("a ratio is not finite", nameof(datasets));
            if (dataset.Curriculum is { } curriculum && curriculum.Clips.Count != dataset.Count)
                throw new ArgumentException("a curriculum is of another number of clips", nameof(datasets));
        }

        _seed = seed;
        _datasets = [.. datasets];
        _turns = new Interleaving(datasets.Select(dataset => dataset.SampleRatio));
        _rank = rank;
        _worldSize = worldSize;
    }

    private SampleOrder(SampleOrder order, long drawn)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(drawn);
        (_seed, _datasets, _turns, _rank, _worldSize) =
            (order._seed, order._datasets, order._turns, order._rank, order._worldSize);
        _drawn = drawn;
    }

    /// <summary>The data sets.</summary>
    public IReadOnlyList<OrderedDataset> Datasets => _datasets;

    /// <summary>Null: training data never ends.</summary>
    public long? Count => null;

    /// <summary>Micro-batches of this process in which it and the others together read as many samples as the data
    /// sets hold: the length of an epoch unless a recipe says otherwise. With several data sets, ratios decide which
    /// of them are read more or less than once.</summary>
    public int BatchesPerPass
    {
        get
        {
            var microBatches = _datasets.Where(dataset => dataset.SampleRatio > 0)
                .Sum(dataset => DivideUp(dataset.Count, dataset.BatchSize));
            return checked((int)DivideUp(microBatches, _worldSize));
        }
    }

    /// <summary>The same order from a place on, for as many processes as there are now, however many have come as far as
    /// that.</summary>
    /// <param name="drawn">Micro-batches that all processes together have drawn.</param>
    public SampleOrder From(long drawn) => new(this, drawn);

    /// <inheritdoc/>
    public IReadOnlyList<SampleReference> this[long microBatch]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(microBatch);
            var (dataset, turn) = _turns[checked(_drawn + (microBatch * _worldSize) + _rank)];
            var first = checked(turn * _datasets[dataset].BatchSize);
            var samples = new SampleReference[_datasets[dataset].BatchSize];
            for (var i = 0; i < samples.Length; i++)
                samples[i] = Sample(dataset, first + i);
            return samples;
        }
    }

    /// <summary>Samples that all processes together draw from a data set before a micro-batch.</summary>
    /// <param name="dataset">The data set, as its place in the list.</param>
    /// <param name="microBatch">Counted as each process counts its own.</param>
    public long SamplesBefore(int dataset, long microBatch) => checked(
        _turns.TurnsBefore(checked(microBatch * _worldSize))[dataset] * _datasets[dataset].BatchSize);

    private SampleReference Sample(int dataset, long position)
    {
        var seed = SplitMix64.Mix(_seed, (ulong)dataset);
        var data = _datasets[dataset];
        var (pass, place, clips) = data.Curriculum?[position] ?? PlaceOf(position, data.Count);
        var drawn = new SeededPermutation(SplitMix64.Mix(seed, (ulong)pass), clips)[place];
        var index = data.Curriculum?.Clips[drawn] ?? drawn;

        // Inverted, so that a draw's seed is never a pass's.
        return new SampleReference(dataset, index, SplitMix64.Mix(~seed, (ulong)position));
    }

    private static CurriculumPlace PlaceOf(long position, int clips)
    {
        var (pass, place) = Math.DivRem(position, clips);
        return new CurriculumPlace(pass, (int)place, clips);
    }

    private static long DivideUp(long number, long divisor) => (number + divisor - 1) / divisor;
}
