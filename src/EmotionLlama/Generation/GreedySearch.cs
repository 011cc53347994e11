namespace EmotionLlama.Generation;

/// <summary>Answers of the most likely tokens, which the scorer chooses by itself: while a token is looked at here, the
/// next one is computed.</summary>
/// <remarks>A sequence that has ended stays in the batch, unheard, until half of them have: a batch of another size is
/// costlier than a few idle rows. One token more than needed may be computed, none beyond a limit.</remarks>
/// <param name="settings">How tokens are chosen; see <see cref="Serves"/>.</param>
/// <param name="endId">The end symbol.</param>
internal sealed class GreedySearch(GenerationSettings settings, int endId)
{
    /// <summary>Whether the most likely token is taken as it is, but perhaps for the first.</summary>
    public static bool Serves(GenerationSettings settings) =>
        settings is { Beams: 1, DoSample: false, RepetitionPenalty: 1, MinNewTokens: <= 1 };

    /// <summary>Answers the prompts of a scorer.</summary>
    /// <param name="scorer">The prompts and the model.</param>
    /// <param name="limits">The most tokens of each answer, at least 1.</param>
    /// <param name="onToken">Is told the prompt's number and each new token; null tells no one.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    public GeneratedTokens[] Run(
        IGreedyScorer scorer, IReadOnlyList<int> limits, Action<int, int>? onToken, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var batch = new GreedyBatch(limits, endId, onToken);
        batch.Add(First(scorer.Start(), limits.Count));
        while (batch.Running > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var sources = batch.KeepRunning();
            scorer.Feed(sources, batch.LastTokens);
            var begun = 1;
            while (begun > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                if (batch.IsWorthwhile && batch.Room > begun)
                {
                    scorer.FeedChosen();
                    begun++;
                }

                batch.Add(scorer.ReadChosen());
                begun--;
                if (batch.Running == 0)
                    break;
            }
        }

        return batch.Answers;
    }

    private int[] First(LogitRows logits, int count)
    {
        var ids = new int[count];
        for (var row = 0; row < count; row++)
        {
            if (settings.MinNewTokens > 0)
                logits.Row(row)[endId] = float.NegativeInfinity;

            ids[row] = Logits.ArgMax(logits.Row(row));
        }

        return ids;
    }
}
