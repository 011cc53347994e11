using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Attention of one new token of each of several sequences, which is kept with those before it: kernels that
/// read from the device how far each sequence is on a GPU, plain operators elsewhere.</summary>
internal static class CachedAttention
{
    /// <summary>Whether kernels serve. They take everything from the device's memory, so that the same calls serve every
    /// token; plain operators depend on the number of answer tokens.</summary>
    /// <param name="like">A tensor of the data type, on the device.</param>
    /// <param name="channels">Channels of a head.</param>
    public static bool UsesKernels(Tensor like, long channels) => DecodeKernels.For(like)?.Attends(channels) == true;

    /// <summary>Turns queries and keys, keeps keys and values, and attends to all that is kept.</summary>
    /// <param name="row"><c>[sequences, (heads + 2 · keyHeads) · channels]</c>; may be changed in place.</param>
    /// <param name="rotations">The angles of the sequences' positions.</param>
    /// <param name="tokens">What is kept; the new token is added.</param>
    /// <param name="sequences">Where the sequences stand.</param>
    /// <param name="heads">Query heads.</param>
    /// <returns><c>[sequences, heads · channels]</c></returns>
    public static Tensor Attend(
        Tensor row, Rotations rotations, CachedTokens tokens, CachedSequences sequences, int heads)
    {
        var keyHeads = (int)tokens.AnswerKeys.shape[1];
        if (DecodeKernels.For(row) is { } kernels && kernels.Attends(tokens.AnswerKeys.shape[3]))
        {
            kernels.RopeAndKeep(row, rotations, tokens, sequences, heads);
            return kernels.Attend(row, tokens, sequences, heads);
        }

        var (query, key, value) = FusedOperators.Rope(row, rotations, heads, keyHeads);
        var place = sequences.AnswerTokens;
        tokens.AnswerKeys.select(2, place).copy_(key);
        tokens.AnswerValues.select(2, place).copy_(value);
        var kept = new CachedTokens(
            tokens.PromptKeys,
            tokens.PromptValues,
            tokens.AnswerKeys.narrow(2, 0, place + 1),
            tokens.AnswerValues.narrow(2, 0, place + 1));
        return Operators.CachedAttention(query, kept, sequences);
    }
}
