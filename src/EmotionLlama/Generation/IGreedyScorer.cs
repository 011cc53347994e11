namespace EmotionLlama.Generation;

/// <summary>A scorer that can also choose the most likely tokens by itself, so that it goes on while what it chose is
/// still on its way to the search.</summary>
internal interface IGreedyScorer : INextTokenScorer
{
    /// <summary>Replaces the sequences by continuations of some of them, and begins to choose the tokens behind them.
    /// Everything that was chosen before has been read.</summary>
    /// <param name="sources">For each new sequence the row of the one it continues.</param>
    /// <param name="tokens">The token that each new sequence adds.</param>
    void Feed(IReadOnlyList<int> sources, IReadOnlyList<int> tokens);

    /// <summary>Adds to each sequence the token that was chosen for it last, and begins to choose the next ones.
    /// </summary>
    void FeedChosen();

    /// <summary>Waits for the earliest choice that was not read yet.</summary>
    /// <returns>A token id for each sequence.</returns>
    int[] ReadChosen();
}
