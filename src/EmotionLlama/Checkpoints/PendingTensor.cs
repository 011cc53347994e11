using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>A tensor to be written whose values are read only when its turn comes, so that a writer holds one tensor of
/// a large model at a time.</summary>
/// <param name="name">The name it gets.</param>
/// <param name="type">Its data type.</param>
/// <param name="shape">Its shape.</param>
/// <param name="read">Reads the values, of that type and shape and on any device; the writer disposes the result.
/// </param>
public sealed class PendingTensor(string name, ScalarType type, IReadOnlyList<long> shape, Func<Tensor> read)
{
    /// <summary>The name it gets.</summary>
    public string Name => name;

    /// <summary>Its data type.</summary>
    public ScalarType Type => type;

    /// <summary>Its shape.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>The number of values.</summary>
    public long Count { get; } = shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The size of its values in bytes.</summary>
    public long Bytes => Count * TorchTypes.ElementBytes(type);

    /// <summary>A stored tensor under a new name.</summary>
    /// <param name="source">Where it is stored; stays open until the tensor is written.</param>
    /// <param name="stored">Its name there.</param>
    /// <param name="name">The name it gets; null keeps the stored one.</param>
    /// <exception cref="InputException">There is no such tensor, or it is of a type that cannot be read.</exception>
    public static PendingTensor Of(IOpenWeights source, string stored, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var description = source.Describe(stored) ?? throw MissingTensor.In(source, stored);
        var type = TorchTypes.Find(description.DataType) ?? throw new InputException($"{source.Location}: the tensor "
            + $"`{stored.Printable()}` is of type {description.DataType}, which is not supported; convert it to "
            + "float16, bfloat16 or float32 first");
        return new PendingTensor(name ?? stored, type, description.Shape, () => source.Read(stored));
    }

    /// <summary>Reads the values, dense and on the CPU. The caller disposes the result.</summary>
    internal Tensor ReadOnCpu()
    {
        using var values = read();
        if (values.dtype != type || !values.shape.SequenceEqual(shape))
        {
            throw new InvalidOperationException($"`{name}` was announced as {type} [{string.Join(", ", shape)}] and is "
                + $"{values.dtype} [{string.Join(", ", values.shape)}]");
        }

        return TensorMemory.OnCpu(values);
    }
}
