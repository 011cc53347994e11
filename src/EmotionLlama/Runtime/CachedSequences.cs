using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Where sequences stand that are decoded together: all have the same number of answer tokens.</summary>
internal sealed class CachedSequences
{
    /// <summary>Position of the next token of each sequence, <c>[sequences]</c>, int64, on the device.</summary>
    public required Tensor Positions { get; init; }

    /// <summary>The prompt of each sequence, <c>[sequences]</c>, int64, on the device.</summary>
    public required Tensor PromptOfRow { get; init; }

    /// <summary>Tokens of each prompt, <c>[prompts]</c>, int64, on the device.</summary>
    public required Tensor PromptLengths { get; init; }

    /// <summary>What is added to the scores of prompt tokens, 0 or −∞: <c>[sequences, 1, 1, longest]</c>; null where
    /// all prompts are equally long.</summary>
    public required Tensor? Mask { get; init; }

    /// <summary>How many sequences go on from each prompt, where they are equally many and in the order of the prompts; 0
    /// otherwise.</summary>
    public required int RowsOfPrompt { get; init; }

    /// <summary>Answer tokens that are kept. The device counts for itself, in <see cref="Positions"/>.</summary>
    public int AnswerTokens { get; set; }
}
