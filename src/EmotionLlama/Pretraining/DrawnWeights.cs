using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Random weights that are drawn where they are needed, on the device and in its data type, so that a model of
/// full size is there in seconds. For speed and memory: the values follow no seed.</summary>
/// <param name="tensors">Names and shapes.</param>
/// <param name="device">Where they are drawn.</param>
/// <param name="dtype">Their data type.</param>
public sealed class DrawnWeights(
    IEnumerable<(string Name, long[] Shape)> tensors, Device device, ScalarType dtype) : IWeightSource
{
    private const double Deviation = 0.02;

    private readonly Dictionary<string, long[]> _shapes = tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape);

    /// <inheritdoc/>
    public string Location => "random weights";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _shapes.Keys;

    /// <inheritdoc/>
    public IReadOnlyList<long>? ShapeOf(string name) => _shapes.GetValueOrDefault(name);

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_shapes.TryGetValue(name, out var shape))
            throw new InputException($"{Location}: no tensor '{name}'");

        if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal))
            return ones(shape, dtype, device);

        return empty(shape, dtype, device).normal_(0, Deviation);
    }
}
