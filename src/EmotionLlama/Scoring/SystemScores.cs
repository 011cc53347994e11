using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Scoring;

/// <summary>One system's scores by one scorer.</summary>
public sealed record SystemScores
{
    /// <summary>The system, such as <c>Emotion-LLaMA</c>.</summary>
    public required string System { get; init; }

    /// <summary>The scorer: a judge's model, or <c>lexicon</c>.</summary>
    public required string Scorer { get; init; }

    /// <summary>A score for each clip of the truth, in its order.</summary>
    public required IReadOnlyList<PairScore> Scores { get; init; }

    /// <summary>Clips that a score is missing of.</summary>
    public IEnumerable<PairScore> Failures => Scores.Where(score => score.Failure is not null);

    /// <summary>The mean of a score over the clips that have it, with its 95 % interval; null where none has.</summary>
    public MeanInterval? Mean(ScoreKind kind) =>
        Bootstrap.Mean([.. Scores.Select(score => score[kind]).OfType<double>()]);

    /// <summary>Whether this system's scores are better than another's, on the clips that have a score from both; null
    /// where none has.</summary>
    public PairedComparison? CompareWith(SystemScores other, ScoreKind kind)
    {
        var (first, second) = Both(other, kind);
        return PairedComparison.Of(first, second);
    }

    /// <summary>How far this scorer and another agree about the same system.</summary>
    public Agreement? AgreementWith(SystemScores other, ScoreKind kind)
    {
        var (first, second) = Both(other, kind);
        return Agreement.Of(first, second);
    }

    private (double[] First, double[] Second) Both(SystemScores other, ScoreKind kind)
    {
        ArgumentNullException.ThrowIfNull(other);
        var others = other.Scores.ToDictionary(score => score.Name, score => score[kind]);
        var both =
            (from score in Scores
             let first = score[kind]
             let second = others.GetValueOrDefault(score.Name)
             where first is not null && second is not null
             select (First: first.Value, Second: second.Value)).ToList();
        return ([.. both.Select(pair => pair.First)], [.. both.Select(pair => pair.Second)]);
    }
}
