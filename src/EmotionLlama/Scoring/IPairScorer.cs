namespace EmotionLlama.Scoring;

/// <summary>Scores descriptions against the truth.</summary>
public interface IPairScorer
{
    /// <summary>What it is, for tables: a judge's model, or <c>lexicon</c>.</summary>
    string Name { get; }

    /// <summary>Scores pairs; each comes out once, in any order, as soon as it is scored.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="cancellationToken">Stops; what is scored by then has come out.</param>
    IAsyncEnumerable<PairScore> ScoreAsync(
        IReadOnlyList<DescriptionPair> pairs, CancellationToken cancellationToken = default);
}
