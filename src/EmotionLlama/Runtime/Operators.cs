using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Runtime;

/// <summary>
/// The heavy operators of the models, as plain libtorch operators with autograd. Models call nothing heavier than
/// these and matrix products, so that faster insides need no change of a model.
/// </summary>
public static class Operators
{
    /// <summary>Root mean square normalization, computed in float32: <c>x / sqrt(mean(x²) + ε) · weight</c>.</summary>
    /// <param name="x"><c>[…, hidden]</c>.</param>
    /// <param name="weight"><c>[hidden]</c>.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <remarks>Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, equation 4.</remarks>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        var wide = x.to(ScalarType.Float32);
        var scale = wide.Squared().mean([-1], keepdim: true).Plus(epsilon).rsqrt();
        return (wide * scale).to(x.dtype) * weight;
    }

    /// <summary>Rotary position embedding in the half-split form of the Hugging Face checkpoints.</summary>
    /// <param name="x">Queries or keys <c>[tokens, heads, channels]</c>.</param>
    /// <param name="cosine"><c>[tokens, 1, channels]</c>, both halves alike.</param>
    /// <param name="sine"><c>[tokens, 1, channels]</c>, both halves alike.</param>
    /// <remarks>Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, equation 34.</remarks>
    public static Tensor Rope(Tensor x, Tensor cosine, Tensor sine)
    {
        ArgumentNullException.ThrowIfNull(x);
        var halves = x.chunk(2, -1);
        var rotated = cat([-halves[1], halves[0]], -1);
        return (x * cosine).Plus(rotated * sine);
    }

    /// <summary>Causal attention inside each sequence of a packed row.</summary>
    /// <param name="query"><c>[tokens, heads, channels]</c>.</param>
    /// <param name="key"><c>[tokens, keyHeads, channels]</c>; heads is a multiple of keyHeads.</param>
    /// <param name="value"><c>[tokens, keyHeads, channels]</c>.</param>
    /// <param name="layout">Where the sequences lie in the row.</param>
    /// <returns><c>[tokens, heads · channels]</c>.</returns>
    /// <remarks>Sequences are spread over a grid for the attention alone. The unused places stand behind the tokens of
    /// their sequence, so the causal mask hides them and no other mask is needed.</remarks>
    public static Tensor Attention(Tensor query, Tensor key, Tensor value, SequenceLayout layout)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(layout);
        var repeats = query.shape[1] / key.shape[1];
        var attended = functional.scaled_dot_product_attention(
            ToGrid(query, layout),
            RepeatHeads(ToGrid(key, layout), repeats),
            RepeatHeads(ToGrid(value, layout), repeats),
            is_casual: true);
        var flat = attended.transpose(1, 2).reshape(-1, query.shape[1] * query.shape[2]);
        return layout.RowToGrid is null ? flat : flat.index_select(0, layout.RowToGrid);
    }

    /// <summary>Attention of one new token per sequence over the keys and values kept so far.</summary>
    /// <param name="query"><c>[sequences, heads, channels]</c>.</param>
    /// <param name="kept">Keys and values; all answer tokens that they hold are seen.</param>
    /// <param name="sequences">Which prompt each sequence sees.</param>
    /// <returns><c>[sequences, heads · channels]</c>.</returns>
    internal static Tensor CachedAttention(Tensor query, CachedTokens kept, CachedSequences sequences)
    {
        var (rows, heads, channels) = (query.shape[0], query.shape[1], query.shape[2]);
        var keyHeads = kept.AnswerKeys.shape[1];
        var scaled = query.Times(1 / Math.Sqrt(channels)).view(rows, keyHeads, heads / keyHeads, channels);
        var ofPrompt = TimesPrompts(scaled, kept.PromptKeys.transpose(2, 3), sequences);
        if (sequences.Mask is not null)
            ofPrompt = ofPrompt.Plus(sequences.Mask);

        var ofAnswer = scaled.matmul(kept.AnswerKeys.transpose(2, 3));
        var scores = cat([ofPrompt, ofAnswer], -1);
        var weights = query.dtype == ScalarType.Float32
            ? functional.softmax(scores, -1)
            : functional.softmax(scores, -1, ScalarType.Float32).to(query.dtype);
        var longest = kept.PromptKeys.shape[2];
        return TimesPrompts(weights.narrow(3, 0, longest), kept.PromptValues, sequences)
            .Plus(weights.narrow(3, longest, kept.AnswerKeys.shape[2]).matmul(kept.AnswerValues))
            .reshape(rows, -1);
    }

    /// <summary>Attention without a mask, for encoders.</summary>
    /// <param name="query"><c>[batch, heads, tokens, channels]</c>.</param>
    /// <param name="key"><c>[batch, heads, tokens, channels]</c>.</param>
    /// <param name="value"><c>[batch, heads, tokens, channels]</c>.</param>
    /// <returns><c>[batch, tokens, heads · channels]</c>.</returns>
    public static Tensor FullAttention(Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        var attended = functional.scaled_dot_product_attention(query, key, value);
        return attended.transpose(1, 2).reshape(query.shape[0], query.shape[2], -1);
    }

    /// <summary>Sum of the cross entropies of the given targets, in float32.</summary>
    /// <param name="logits"><c>[targets, vocabulary]</c>.</param>
    /// <param name="targets">Token ids <c>[targets]</c>, int64.</param>
    /// <returns>A scalar.</returns>
    public static Tensor CrossEntropySum(Tensor logits, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return functional.cross_entropy(logits.to(ScalarType.Float32), targets, reduction: Reduction.Sum);
    }

    private static Tensor ToGrid(Tensor row, SequenceLayout layout)
    {
        var grid = layout.GridToRow is null ? row : row.index_select(0, layout.GridToRow);
        return grid.view(layout.Count, layout.Longest, row.shape[1], row.shape[2]).transpose(1, 2);
    }

    /// <summary>The product of each sequence's rows with a matrix of its prompt. Sequences of one prompt are multiplied
    /// together, so that the prompt is read once.</summary>
    /// <param name="x"><c>[sequences, keyHeads, n, in]</c>.</param>
    /// <param name="matrices"><c>[prompts, keyHeads, in, out]</c>.</param>
    /// <param name="sequences">Which prompt each sequence sees.</param>
    /// <returns><c>[sequences, keyHeads, n, out]</c></returns>
    private static Tensor TimesPrompts(Tensor x, Tensor matrices, CachedSequences sequences)
    {
        if (sequences.RowsOfPrompt == 0)
            return x.matmul(matrices.index_select(0, sequences.PromptOfRow));

        if (sequences.RowsOfPrompt == 1)
            return x.matmul(matrices);

        var (keyHeads, count) = (x.shape[1], x.shape[2]);
        return x.view(-1, sequences.RowsOfPrompt, keyHeads, count, x.shape[3])
            .transpose(1, 2)
            .reshape(matrices.shape[0], keyHeads, sequences.RowsOfPrompt * count, x.shape[3])
            .matmul(matrices)
            .view(matrices.shape[0], keyHeads, sequences.RowsOfPrompt, count, -1)
            .transpose(1, 2)
            .reshape(x.shape[0], keyHeads, count, -1);
    }

    private static Tensor RepeatHeads(Tensor x, long repeats) =>
        repeats == 1 ? x : x.repeat_interleave(repeats, dim: 1);
}
