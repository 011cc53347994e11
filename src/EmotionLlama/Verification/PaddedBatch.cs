using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>A batch as the original lays it out, rebuilt from our packed row: a row for each sample, without its
/// beginning-of-sequence token, with the prompt, the answer, padding up to the longest answer, and padding up to the
/// longest prompt.</summary>
internal sealed class PaddedBatch
{
    private const long Ignored = -100;

    private PaddedBatch()
    {
    }

    /// <summary><c>[samples, prompt + answer, hidden]</c>; the padding token's embedding where nothing is.</summary>
    public required Tensor Embeddings { get; init; }

    /// <summary>1 for tokens, 0 for padding: <c>[samples, prompt + answer]</c>.</summary>
    public required Tensor Attention { get; init; }

    /// <summary>1 for tokens of the prompt, 0 for padding: <c>[samples, prompt]</c>.</summary>
    public required Tensor PromptAttention { get; init; }

    /// <summary>The answers, padded with -100: <c>[samples, answer]</c>.</summary>
    public required Tensor Targets { get; init; }

    /// <summary>Tokens of each prompt, <c>[samples]</c>.</summary>
    public required Tensor PromptLengths { get; init; }

    /// <summary>Lays out samples of the reference.</summary>
    public static PaddedBatch Create(ReferenceModel reference, ReferenceSamples samples, int[] indexes)
    {
        using var packed = reference.Pack(samples, indexes);
        var rows = reference.Model.Embed(packed).split([.. packed.Lengths.Select(length => (long)length)]);
        var answers = packed.Targets.split([.. packed.AnswerLengths.Select(length => (long)length)]);
        long[] promptLengths =
            [.. packed.Lengths.Zip(packed.AnswerLengths, (all, answer) => all - answer - 1L)];
        var longestPrompt = promptLengths.Max();
        var longestAnswer = packed.AnswerLengths.Max();
        var width = longestPrompt + longestAnswer;

        // The original names "$$" as padding token, which no Llama vocabulary has: it becomes <unk>.
        var padding = reference.Model.Llama.Embed(
            tensor((long)reference.Prompts.Tokenizer.UnknownId).unsqueeze(0).Send(reference.Model.Device));
        return new PaddedBatch
        {
            Embeddings = stack(rows.Select(row =>
                cat([row[1..], padding.expand(width - row.shape[0] + 1, -1)]))),
            Attention = stack(rows.Select(row => Ones(row.shape[0] - 1, width))),
            PromptAttention = stack(promptLengths.Select(length => Ones(length, longestPrompt))),
            Targets = stack(answers.Select(answer =>
                cat([answer, TensorArithmetic.Filled([longestAnswer - answer.shape[0]], Ignored, ScalarType.Int64)]))),
            PromptLengths = tensor(promptLengths),
        };
    }

    private static Tensor Ones(long count, long width) =>
        cat([ones(count, ScalarType.Int64), zeros(width - count, ScalarType.Int64)]);
}
