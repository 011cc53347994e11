namespace EmotionLlama.Checkpoints;

/// <summary>A stored tensor without its values.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="DataType">PyTorch's name of the data type, such as <c>bfloat16</c>; the file's own where PyTorch has no
/// such type here.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Bytes">The size of its values in bytes.</param>
public sealed record TensorDescription(string Name, string DataType, IReadOnlyList<long> Shape, long Bytes)
{
    /// <summary>The number of values.</summary>
    public long Parameters => Shape.Aggregate(1L, (product, size) => product * size);
}
