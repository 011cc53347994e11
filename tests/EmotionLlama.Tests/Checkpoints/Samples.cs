using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>Tensors to write, and comparisons of what was read.</summary>
internal static class Samples
{
    public static readonly ScalarType[] Types =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
        ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ScalarType.ComplexFloat32,
    ];

    /// <summary>One tensor of each type, and some of unusual shapes.</summary>
    public static OrderedDictionary<string, Tensor> Create()
    {
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var type in Types)
            tensors.Add($"of {type}", (arange(6).reshape(2, 3) % 5).to(type));

        tensors.Add("scalar", tensor(3.5f));
        tensors.Add("empty", zeros(0, 3));
        tensors.Add("transposed", arange(6, dtype: float32).reshape(2, 3).T);
        tensors.Add("every other column", arange(24, dtype: int32).reshape(4, 6)[.., TensorIndex.Slice(step: 2)]);
        tensors.Add("expanded", tensor(new[] { 1f, 2f }).expand(3, 2));
        tensors.Add("name with \"quotes\", \\ and é", ones(1));
        return tensors;
    }

    public static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(actual.is_contiguous());
        Assert.True(actual.Equals(expected), $"expected {expected}, read {actual}");
    }
}
