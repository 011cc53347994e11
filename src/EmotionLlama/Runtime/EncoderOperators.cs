using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Runtime;

/// <summary>
/// What stands between the matrix products of a frozen encoder, forwards only: one kernel each on a GPU, plain operators
/// elsewhere.
/// </summary>
internal static class EncoderOperators
{
    /// <summary>A residual sum and its layer normalization.</summary>
    /// <param name="x">The residual stream <c>[tokens, channels]</c>.</param>
    /// <param name="delta">What is added to it; null for nothing.</param>
    /// <param name="weight"><c>[channels]</c>.</param>
    /// <param name="bias"><c>[channels]</c>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <remarks>Ba, Kiros and Hinton, "Layer Normalization", 2016, equation 4.</remarks>
    public static (Tensor Sum, Tensor Normed) AddLayerNorm(
        Tensor x, Tensor? delta, Tensor weight, Tensor bias, double epsilon)
    {
        if (VisionKernels.For(x) is { } kernels)
            return kernels.AddLayerNorm(x, delta, weight, bias, epsilon);

        var sum = delta is null ? x : x.Plus(delta);
        return (sum, functional.layer_norm(sum, [x.size(-1)], weight, bias, epsilon));
    }

    /// <summary>The Gaussian error linear unit <c>x · Φ(x)</c>, exactly.</summary>
    /// <param name="x"><c>[tokens, inner]</c>; may be overwritten by the result.</param>
    /// <remarks>Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.</remarks>
    public static Tensor Gelu(Tensor x)
    {
        if (VisionKernels.For(x) is not { } kernels)
            return functional.gelu(x);

        kernels.Gelu(x);
        return x;
    }

    /// <summary>Attention of all tokens of a sequence to all: flash attention in half precision on a GPU.</summary>
    /// <param name="rows">Rows of queries, keys and values, <c>[sequences · tokens, 3 · heads · channels]</c>.</param>
    /// <param name="sequences">Sequences, all of one length.</param>
    /// <param name="heads">Heads.</param>
    /// <returns><c>[sequences · tokens, heads · channels]</c></returns>
    /// <remarks>Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023.</remarks>
    public static Tensor Attention(Tensor rows, long sequences, int heads)
    {
        var (tokens, width) = (rows.size(0) / sequences, rows.size(1) / 3);
        var joined = rows.view(sequences, tokens, 3, heads, width / heads);
        var (query, key, value) = (joined.select(2, 0), joined.select(2, 1), joined.select(2, 2));
        if (!PackedAttention.UsesFlash(query))
        {
            return Operators.FullAttention(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2))
                .view(rows.size(0), width);
        }

        // It takes the three as they lie, without a copy.
        var results = NativeTorch.Call(
            "aten::_flash_attention_forward"u8, ""u8, 5,
            query, key, value, OperatorArgument.None, OperatorArgument.None, tokens, tokens, 0.0, false, false,
            OperatorArgument.None, OperatorArgument.None, OperatorArgument.None, OperatorArgument.None,
            OperatorArgument.None);
        foreach (var unneeded in results[1..])
            unneeded.Dispose();

        return results[0].view(rows.size(0), width);
    }
}
