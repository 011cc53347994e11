using EmotionLlama.Scoring.Statistics;

namespace EmotionLlama.Tests.Scoring.Statistics;

public sealed class AgreementTests
{
    [Fact]
    public void Scores_that_rise_together_agree()
    {
        var agreement = Agreement.Of([1, 2, 3, 4], [10, 20, 30, 40])!;

        Assert.Equal(1, agreement.Pearson, 1e-12);
        Assert.Equal(1, agreement.Spearman, 1e-12);
        Assert.Equal(4, agreement.Count);
    }

    [Fact]
    public void Ranks_that_agree_count_for_Spearman_whatever_the_distances()
    {
        var agreement = Agreement.Of([1, 2, 3, 4], [1, 10, 100, 1000])!;

        Assert.Equal(1, agreement.Spearman, 1e-12);
        Assert.InRange(agreement.Pearson, 0.7, 0.9);
    }

    [Fact]
    public void Ties_share_their_mean_rank()
    {
        // Ranks 1, 2.5, 2.5, 4 against 4, 2.5, 2.5, 1.
        var agreement = Agreement.Of([1, 2, 2, 3], [9, 5, 5, 2])!;

        Assert.Equal(-1, agreement.Spearman, 1e-12);
    }

    [Theory]
    [InlineData(new double[] { 1, 2 }, new double[] { 3, 4 })]
    [InlineData(new double[] { 5, 5, 5 }, new double[] { 1, 2, 3 })]
    public void Too_few_or_constant_scores_have_no_correlation(double[] first, double[] second) =>
        Assert.Null(Agreement.Of(first, second));
}
