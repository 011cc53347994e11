using MathNet.Numerics.Statistics;

namespace EmotionLlama.Scoring.Statistics;

/// <summary>How far two scorers agree about the same descriptions.</summary>
/// <param name="Pearson">Pearson's correlation of the scores, −1 to 1.</param>
/// <param name="Spearman">Spearman's correlation of their ranks, ties at their mean rank, −1 to 1.</param>
/// <param name="Count">Descriptions that both scored.</param>
public sealed record Agreement(double Pearson, double Spearman, int Count)
{
    /// <summary>The agreement of two scorers; null for fewer than three scores, or where one always gives the same.
    /// </summary>
    /// <param name="first">A scorer's scores.</param>
    /// <param name="second">Another's, of the same descriptions in the same order.</param>
    public static Agreement? Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count < 3 || IsConstant(first) || IsConstant(second))
            return null;

        return new Agreement(Correlation.Pearson(first, second), Correlation.Spearman(first, second), first.Count);
    }

    private static bool IsConstant(IReadOnlyList<double> scores) => scores.All(score => score == scores[0]);
}
