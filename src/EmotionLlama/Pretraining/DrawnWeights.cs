using System.IO.Hashing;
using System.Text;
using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>Random weights that are drawn where they are needed, on the device and in its data type, so that a model of
/// full size is there in seconds. A device gives the same values in every run and, but for rounding, in every data type.
/// </summary>
/// <param name="tensors">Names and shapes.</param>
/// <param name="device">Where they are drawn.</param>
/// <param name="dtype">Their data type.</param>
public sealed class DrawnWeights(
    IEnumerable<(string Name, long[] Shape)> tensors, Device device, ScalarType dtype) : IWeightSource
{
    private const double Deviation = 0.02;

    // Bounds the memory that drawing in float32 takes beside the tensor.
    private const long DrawnAtOnce = 1 << 24;

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

        using var scope = NewDisposeScope();
        var seed = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name));

        // TorchSharp's generators are the CPU's; of a GPU it reaches only the one that is used where none is given.
        var onGpu = device.type == TorchSharp.DeviceType.CUDA;
        using var generator = onGpu ? null : new Generator(seed);
        if (onGpu)
            cuda.manual_seed((long)seed);

        var result = empty(shape, dtype, device);
        var flat = result.view(-1);
        for (var first = 0L; first < flat.shape[0]; first += DrawnAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(DrawnAtOnce, flat.shape[0] - first);
            flat.narrow(0, first, count).copy_(
                empty(count, ScalarType.Float32, device).normal_(0, Deviation, generator));
        }

        return result.MoveToOuterDisposeScope();
    }
}
