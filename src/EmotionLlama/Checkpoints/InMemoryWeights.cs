using System.Collections;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Named tensors in memory. They belong to this object, which disposes them.</summary>
/// <param name="location">Where they come from, for error messages.</param>
public sealed class InMemoryWeights(string location = "memory")
    : IOpenWeights, IEnumerable<KeyValuePair<string, Tensor>>
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>Takes tensors over, in their order.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public InMemoryWeights(IEnumerable<KeyValuePair<string, Tensor>> tensors, string location = "memory")
        : this(location)
    {
        foreach (var (name, tensor) in tensors)
            Add(name, tensor);
    }

    /// <inheritdoc/>
    public string Location => location;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Reads all tensors of another source.</summary>
    /// <exception cref="InputException">One of them cannot be read.</exception>
    public static InMemoryWeights ReadAll(IWeightSource source)
    {
        var weights = new InMemoryWeights(source.Location);
        try
        {
            foreach (var name in source.Names)
                weights.Add(name, source.Read(name));

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Takes a tensor over.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, Tensor tensor) => _tensors.Add(name, tensor.DetachFromDisposeScope());

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _tensors.GetValueOrDefault(name)?.shape;

    /// <inheritdoc/>
    public TensorDescription? Describe(string name) => _tensors.TryGetValue(name, out var tensor)
        ? new(name, TorchTypes.Name(tensor.dtype), tensor.shape, tensor.numel() * TorchTypes.ElementBytes(tensor.dtype))
        : null;

    /// <summary>A handle of its own to a tensor, on the CPU; the values are shared and must not be changed.</summary>
    /// <exception cref="InputException">There is no tensor of that name.</exception>
    public Tensor Read(string name)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
            throw MissingTensor.In(this, name);

        using var scope = NewDisposeScope();
        return tensor.detach().cpu().MoveToOuterDisposeScope();
    }

    /// <summary>The tensors themselves, which stay this object's.</summary>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();

        _tensors.Clear();
    }
}
