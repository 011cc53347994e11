using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Generation;

/// <summary>Answers prompts that are given as embeddings, with token ids. It keeps no state between calls, so several
/// threads may call it at once.</summary>
/// <param name="llama">The decoder; the caller keeps it.</param>
/// <param name="endId">The id that ends an answer.</param>
/// <param name="vocabulary">Ids that may be chosen, from 0 on; null allows all of the decoder's.</param>
public sealed class TokenGenerator(Llama llama, int endId, int? vocabulary = null)
{
    /// <summary>Answers several prompts in one batch.</summary>
    /// <param name="prompts">Embeddings of the prompts behind one another, without padding, <c>[tokens, hidden]</c>.
    /// </param>
    /// <param name="lengths">Tokens of each prompt, at least 1.</param>
    /// <param name="settings">How tokens are chosen.</param>
    /// <param name="onToken">Is told the number of the prompt and each new token as soon as it is chosen, the end
    /// symbol included; null tells no one. A beam search knows no token before its end, so it tells none.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    /// <returns>An answer to each prompt, in their order.</returns>
    /// <exception cref="InputException">A setting is out of range, or a prompt is longer than the model's positions.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<GeneratedTokens> Generate(
        Tensor prompts,
        IReadOnlyList<int> lengths,
        GenerationSettings settings,
        Action<int, int>? onToken = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (lengths.Count == 0)
            return [];

        int[] limits = [.. lengths.Select(length => Limit(length, settings.MaxNewTokens))];

        // The last token of an answer never goes back into the model.
        using var _ = no_grad();
        using var scorer = new LlamaScorer(llama, prompts, lengths, limits.Max() - 1, vocabulary, settings.Beams);
        if (settings.Beams > 1)
            return new BeamSearch(settings, endId).Run(scorer, limits, cancellation);

        return scorer.IsAhead && GreedySearch.Serves(settings)
            ? new GreedySearch(settings, endId).Run(scorer, limits, onToken, cancellation)
            : new TokenByTokenSearch(settings, endId).Run(scorer, limits, onToken, cancellation);
    }

    private int Limit(int length, int wanted)
    {
        var positions = llama.Config.MaxPositions;
        return length <= positions
            ? Math.Min(wanted, positions - length + 1)
            : throw new InputException($"a prompt of {length} tokens is longer than the model's "
                + $"max_position_embeddings ({positions}); shorten the instruction or the transcript");
    }
}
