using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets;

/// <summary>
/// Reads samples in a given order and makes batches of them, ahead of their use and on threads of its own. What comes
/// out, and what is skipped, does not depend on the number of threads or their timing.
/// </summary>
/// <typeparam name="TBatch">A batch; one that is ready but not taken is disposed of where it can be.</typeparam>
public sealed class BatchLoader<TBatch>
    where TBatch : notnull
{
    private const int MostSkippedInARow = 100;

    private readonly IReadOnlyList<IClipDataset> _datasets;
    private readonly ISampleOrder _order;
    private readonly Func<IReadOnlyList<ClipSample>, TBatch> _collate;
    private readonly BatchLoaderOptions _options;

    /// <summary>Creates a loader; nothing is read yet.</summary>
    /// <param name="datasets">The data sets, in the order <paramref name="order"/> numbers them.</param>
    /// <param name="order">Which samples make up each batch.</param>
    /// <param name="collate">Makes a batch of samples, on a loader's thread. The loader disposes of the samples when it
    /// returns, so it copies what it needs of their tensors.</param>
    /// <param name="options">How to load.</param>
    public BatchLoader(
        IReadOnlyList<IClipDataset> datasets,
        ISampleOrder order,
        Func<IReadOnlyList<ClipSample>, TBatch> collate,
        BatchLoaderOptions? options = null)
    {
        _datasets = datasets;
        _order = order;
        _collate = collate;
        _options = options ?? new BatchLoaderOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.NumWorkers, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Prefetch ?? 1, 1, nameof(options));
    }

    /// <summary>The samples that were skipped in the batches taken so far.</summary>
    public SkippedSamples Skipped { get; } = new();

    /// <summary>The batches from a place on, to the end of the order. Threads run while the result is being gone
    /// through, and have ended when it is disposed of, as <c>foreach</c> does.</summary>
    /// <param name="start">The first micro-batch, as the order numbers them.</param>
    /// <param name="cancellation">Stops reading and waiting.</param>
    /// <returns>The batches; the caller disposes of each.</returns>
    /// <exception cref="InputException">Thrown where the batch would come: a sample cannot be read, with
    /// <see cref="OnBadSample.Stop"/>; or no sample near it can, with <see cref="OnBadSample.Skip"/>.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled.</exception>
    public IEnumerable<TBatch> Read(long start = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        return Take(ReadAhead.Of(
            start,
            _order.Count ?? long.MaxValue,
            _options.NumWorkers,
            _options.Prefetch ?? 2 * _options.NumWorkers,
            Load,
            cancellation));
    }

    private IEnumerable<TBatch> Take(IEnumerable<Loaded> batches)
    {
        foreach (var loaded in batches)
        {
            Skipped.Add(loaded.Skipped);
            yield return loaded.Batch;
        }
    }

    private Loaded Load(long number, CancellationToken cancellation)
    {
        var skipped = new List<SkippedSample>();
        var samples = new List<ClipSample>();
        try
        {
            foreach (var reference in _order[number])
            {
                cancellation.ThrowIfCancellationRequested();
                samples.Add(ReadSample(reference, skipped));
            }

            return new Loaded(_collate(samples), skipped);
        }
        finally
        {
            foreach (var sample in samples)
                sample.Dispose();
        }
    }

    /// <summary>Reads a sample or, where that may be skipped, the first readable one after it.</summary>
    private ClipSample ReadSample(SampleReference reference, List<SkippedSample> skipped)
    {
        var dataset = _datasets[reference.Dataset];
        var attempts = _options.OnBadSample == OnBadSample.Skip ? Math.Min(dataset.Count, MostSkippedInARow) : 1;
        for (var attempt = 0; ; attempt++)
        {
            var index = (reference.Index + attempt) % dataset.Count;
            var seed = attempt == 0 ? reference.DrawSeed : SplitMix64.Mix(reference.DrawSeed, (ulong)attempt);
            try
            {
                return dataset.Read(index, seed, _options.Use);
            }
            catch (InputException e)
            {
                var name = dataset[index].Name;
                skipped.Add(new SkippedSample(dataset.Name, name, e.Message));
                if (attempt + 1 < attempts)
                    continue;

                var before = attempt > 0 ? $"{attempt + 1} clips in a row cannot be read, at last " : "";
                throw new InputException($"datasets.{dataset.Name}: {before}clip '{name}': {e.Message}", e);
            }
        }
    }

    private sealed record Loaded(TBatch Batch, IReadOnlyList<SkippedSample> Skipped) : IDisposable
    {
        public void Dispose() => (Batch as IDisposable)?.Dispose();
    }
}
