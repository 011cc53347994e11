namespace EmotionLlama.Generation;

/// <summary>Scores the next tokens of several sequences that grow by one token at a time: all that a search for answers
/// needs of a model.</summary>
internal interface INextTokenScorer
{
    /// <summary>Reads the prompts.</summary>
    /// <returns>The logits of each prompt's next token, a row a prompt. They may be changed, and are lost with the next
    /// call.</returns>
    LogitRows Start();

    /// <summary>Replaces the sequences by continuations of some of them.</summary>
    /// <param name="sources">For each new sequence the row of the one it continues; a row may occur several times, or
    /// not at all.</param>
    /// <param name="tokens">The token that each new sequence adds.</param>
    /// <returns>The logits behind the new sequences, in their order. They may be changed, and are lost with the next
    /// call.</returns>
    LogitRows Next(IReadOnlyList<int> sources, IReadOnlyList<int> tokens);
}
