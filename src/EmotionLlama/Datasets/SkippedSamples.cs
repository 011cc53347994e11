namespace EmotionLlama.Datasets;

/// <summary>The samples a loader skipped so far. May be read from any thread.</summary>
public sealed class SkippedSamples
{
    private readonly Lock _lock = new();
    private readonly HashSet<SkippedSample> _seen = [];
    private readonly List<SkippedSample> _items = [];
    private long _count;

    /// <summary>How often a sample was skipped; a clip that is met in every pass counts every time.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>The clips that were skipped, each once for each reason, in the order they were met.</summary>
    public IReadOnlyList<SkippedSample> Items
    {
        get
        {
            lock (_lock)
                return [.. _items];
        }
    }

    internal void Add(IEnumerable<SkippedSample> samples)
    {
        lock (_lock)
        {
            foreach (var sample in samples)
            {
                _count++;
                if (_seen.Add(sample))
                    _items.Add(sample);
            }
        }
    }
}
