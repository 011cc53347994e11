using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>The tensors of another source, and which of them were read.</summary>
/// <param name="source">The tensors; they stay the caller's.</param>
internal sealed class WatchedWeights(IWeightSource source) : IWeightSource
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Location => source.Location;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => source.Names;

    /// <summary>The names of the tensors that were read, in the order of the source.</summary>
    public IReadOnlyList<string> Taken => [.. source.Names.Where(_taken.Contains)];

    /// <summary>The names of the others.</summary>
    public IReadOnlyList<string> Left => [.. source.Names.Where(name => !_taken.Contains(name))];

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => source.ShapeOf(name);

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        var read = source.Read(name);
        _taken.Add(name);
        return read;
    }

    /// <inheritdoc/>
    public StoredValues? Locate(string name)
    {
        var values = source.Locate(name);
        if (values is not null)
            _taken.Add(name);

        return values;
    }
}
