using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Runtime;

/// <summary>
/// The operators of a frozen encoder, forwards only: kernels that write to a room on a GPU, and plain operators, which can
/// be differentiated, without one.
/// </summary>
internal static class EncoderOperators
{
    /// <summary>A residual sum and its layer normalization.</summary>
    /// <param name="x">The residual stream <c>[tokens, channels]</c>; with a room the sum replaces it.</param>
    /// <param name="delta">What is added to it; null for nothing.</param>
    /// <param name="weight"><c>[channels]</c>.</param>
    /// <param name="bias"><c>[channels]</c>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="room">Takes the normalized rows.</param>
    /// <remarks>Ba, Kiros and Hinton, "Layer Normalization", 2016, equation 4.</remarks>
    public static (Tensor Sum, Tensor Normed) AddLayerNorm(
        Tensor x, Tensor? delta, Tensor weight, Tensor bias, double epsilon, EncoderRoom? room)
    {
        if (room is not null)
        {
            room.Kernels.AddLayerNorm(room, x, delta, weight, bias, epsilon);
            return (x, room.Normed);
        }

        var sum = delta is null ? x : x.Plus(delta);
        return (sum, functional.layer_norm(sum, [x.size(-1)], weight, bias, epsilon));
    }

    /// <summary>A linear map.</summary>
    /// <param name="x"><c>[tokens, inputs]</c>.</param>
    /// <param name="weight"><c>[outputs, inputs]</c>.</param>
    /// <param name="bias"><c>[outputs]</c>.</param>
    /// <param name="into">The part of a room that takes the result, <c>[tokens, outputs]</c>; null makes a tensor.</param>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias, Tensor? into)
    {
        if (into is null)
            return functional.linear(x, weight, bias);

        NativeTorch.Run("aten::linear"u8, "out"u8, 1, x, weight, OperatorArgument.Optional(bias), into);
        return into;
    }

    /// <summary>The Gaussian error linear unit <c>x · Φ(x)</c>, exactly.</summary>
    /// <param name="x"><c>[tokens, inner]</c>; that of the room, where there is one, which is overwritten.</param>
    /// <param name="room">Holds it.</param>
    /// <remarks>Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.</remarks>
    public static Tensor Gelu(Tensor x, EncoderRoom? room)
    {
        if (room is null)
            return functional.gelu(x);

        room.Kernels.Gelu(room);
        return x;
    }

    /// <summary>Attention of all tokens of a sequence to all: flash attention in half precision on a GPU.</summary>
    /// <param name="rows">Rows of queries, keys and values, <c>[sequences · tokens, 3 · heads · channels]</c>; those of the
    /// room, where there is one.</param>
    /// <param name="sequences">Sequences, all of one length.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="room">Holds them.</param>
    /// <returns><c>[sequences · tokens, heads · channels]</c>, a new tensor.</returns>
    /// <remarks>Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023.</remarks>
    public static Tensor Attention(Tensor rows, long sequences, int heads, EncoderRoom? room)
    {
        if (room is { UsesFlash: true })
            return Flash(room);

        var (tokens, width) = (rows.size(0) / sequences, rows.size(1) / 3);
        var joined = rows.view(sequences, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        return Operators.FullAttention(joined[0], joined[1], joined[2]).view(rows.size(0), width);
    }

    /// <summary>It takes queries, keys and values as they lie, without a copy.</summary>
    private static Tensor Flash(EncoderRoom room)
    {
        var results = NativeTorch.Call(
            "aten::_flash_attention_forward"u8, ""u8, 5,
            room.Query, room.Key, room.Value, OperatorArgument.None, OperatorArgument.None, room.Tokens, room.Tokens, 0.0,
            false, false, OperatorArgument.None, OperatorArgument.None, OperatorArgument.None, OperatorArgument.None,
            OperatorArgument.None);
        foreach (var unneeded in results[1..])
            unneeded.Dispose();

        using var attended = results[0];
        return attended.view(room.Rows, room.Channels);
    }
}
