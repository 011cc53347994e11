using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>The clips of a data set that its report found readable, in their order.</summary>
internal sealed class ReadableClips : IClipDataset
{
    private readonly MerrDataset _dataset;
    private readonly int[] _places;

    /// <summary>Leaves out what cannot be read.</summary>
    /// <param name="dataset">All clips.</param>
    /// <param name="report">What is wrong with them.</param>
    public ReadableClips(MerrDataset dataset, DataReport report)
    {
        var unreadable = report.UnreadableClips.ToHashSet();
        _dataset = dataset;
        _places = [.. Enumerable.Range(0, dataset.Count).Where(place => !unreadable.Contains(dataset[place].Name))];
    }

    /// <inheritdoc/>
    public string Name => _dataset.Name;

    /// <summary>All clips.</summary>
    public MerrDataset Dataset => _dataset;

    /// <inheritdoc/>
    public int Count => _places.Length;

    /// <summary>Clips that are left out.</summary>
    public int Unreadable => _dataset.Count - _places.Length;

    /// <summary>Clips in one row, as the recipe says.</summary>
    public int BatchSize => _dataset.Recipe.BatchSize;

    /// <inheritdoc/>
    public ClipAnnotation this[int index] => _dataset[_places[index]];

    /// <inheritdoc/>
    public ClipSample Read(int index, ulong drawSeed, SampleUse use) => _dataset.Read(_places[index], drawSeed, use);

    /// <inheritdoc/>
    public string Instruction(int index, ulong drawSeed) => _dataset.Instruction(_places[index], drawSeed);
}
