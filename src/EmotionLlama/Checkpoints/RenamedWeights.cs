using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>The tensors of another source under other names.</summary>
public sealed class RenamedWeights : IWeightSource
{
    private readonly IWeightSource _source;
    private readonly OrderedDictionary<string, string> _originals = new(StringComparer.Ordinal);

    /// <summary>Renames the tensors of a source, which stays the caller's to dispose.</summary>
    /// <param name="source">The tensors.</param>
    /// <param name="rename">The new name of a name; null leaves the tensor out.</param>
    /// <exception cref="InputException">Two tensors get the same name.</exception>
    public RenamedWeights(IWeightSource source, Func<string, string?> rename)
    {
        _source = source;
        foreach (var original in source.Names)
        {
            if (rename(original) is { } name && !_originals.TryAdd(name, original))
            {
                throw new InputException(
                    $"{source.Location}: its tensors `{_originals[name].Printable()}` and "
                    + $"`{original.Printable()}` both stand for `{name.Printable()}`");
            }
        }
    }

    /// <inheritdoc/>
    public string Location => _source.Location;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _originals.Keys;

    /// <summary>The source's own name of a tensor; null where there is no such tensor.</summary>
    public string? OriginalOf(string name) => _originals.GetValueOrDefault(name);

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) =>
        _originals.TryGetValue(name, out var original) ? _source.ShapeOf(original) : null;

    /// <inheritdoc/>
    public Tensor Read(string name) =>
        _originals.TryGetValue(name, out var original) ? _source.Read(original) : throw MissingTensor.In(this, name);

    /// <inheritdoc/>
    public StoredValues? Locate(string name) =>
        _originals.TryGetValue(name, out var original) ? _source.Locate(original) : null;
}
