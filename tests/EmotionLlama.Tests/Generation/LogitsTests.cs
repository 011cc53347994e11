using EmotionLlama.Datasets;
using EmotionLlama.Generation;

namespace EmotionLlama.Tests.Generation;

/// <summary>The rules by which a next token is chosen.</summary>
public sealed class LogitsTests
{
    private const float Forbidden = float.NegativeInfinity;

    [Fact]
    public void The_first_of_equally_likely_tokens_is_the_most_likely() =>
        Assert.Equal(1, Logits.ArgMax([0, 3, 3, -1]));

    [Fact]
    public void Log_probabilities_are_those_of_the_softmax_and_survive_large_logits()
    {
        float[] row = [1001, 1000, Forbidden];

        Logits.LogSoftmax(row);

        Assert.Equal(-Math.Log(1 + Math.Exp(-1)), row[0], 1e-6);
        Assert.Equal(-1 - Math.Log(1 + Math.Exp(-1)), row[1], 1e-6);
        Assert.Equal(Forbidden, row[2]);
    }

    [Fact]
    public void Repetition_divides_positive_logits_and_multiplies_negative_ones_once()
    {
        float[] row = [3, -3, 0, 3];

        Logits.PenalizeRepetition(row, [0, 1, 1, 0, 2], 1.5);

        Assert.Equal([2, -4.5f, 0, 3], row);
    }

    [Fact]
    public void Temperature_divides_the_logits()
    {
        float[] row = [3, -1];

        Logits.Temper(row, 0.5);

        Assert.Equal([6, -2], row);
    }

    [Theory]
    [InlineData(1, new[] { Forbidden, 5, Forbidden, Forbidden })]
    [InlineData(2, new[] { 3, 5, 3, Forbidden })]
    [InlineData(3, new[] { 3, 5, 3, Forbidden })]
    [InlineData(9, new[] { 3, 5, 3, 1f })]
    public void Top_k_keeps_the_k_most_likely_and_their_equals(int k, float[] expected)
    {
        float[] row = [3, 5, 3, 1];

        Logits.KeepTopK(row, k);

        Assert.Equal(expected, row);
    }

    [Theory]
    [InlineData(0.05, new[] { 1 })]
    [InlineData(0.5, new[] { 1 })]
    [InlineData(0.51, new[] { 1, 3 })]
    [InlineData(0.8, new[] { 1, 3 })]
    [InlineData(0.81, new[] { 1, 3, 0 })]
    [InlineData(0.96, new[] { 1, 3, 0, 2 })]
    [InlineData(1, new[] { 1, 3, 0, 2, 4 })]
    public void Top_p_keeps_the_fewest_tokens_that_reach_the_probability(double p, int[] expected)
    {
        // The sums of probabilities are those of exact logarithms, up to rounding: hence a hair below the bounds.
        double[] probabilities = [0.15, 0.5, 0.04, 0.3, 0.01];
        float[] row = [.. probabilities.Select(probability => (float)Math.Log(probability))];

        Logits.KeepTopP(row, p - (p < 1 ? 1e-6 : 0));

        Assert.Equal(expected.Order(), row.Index().Where(logit => logit.Item > Forbidden).Select(logit => logit.Index));
    }

    [Fact]
    public void Top_p_agrees_with_a_full_sort_on_a_large_vocabulary()
    {
        var random = new Random(4);
        float[] row = [.. Enumerable.Range(0, 5000).Select(_ => (float)(12 * random.NextDouble()))];
        var total = row.Sum(logit => Math.Exp(logit));
        var reached = 0.0;
        var expected = row.Index().OrderByDescending(logit => logit.Item).TakeWhile(logit =>
        {
            var isNeeded = reached < 0.7 * total;
            reached += Math.Exp(logit.Item);
            return isNeeded;
        }).Select(logit => logit.Index).ToArray();

        Logits.KeepTopP(row, 0.7);

        Assert.Equal(
            expected.Order(), row.Index().Where(logit => logit.Item > Forbidden).Select(logit => logit.Index));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.249, 1)]
    [InlineData(0.251, 2)]
    [InlineData(0.999999, 2)]
    public void A_draw_takes_the_token_whose_share_the_number_falls_into(double uniform, int expected) =>
        Assert.Equal(expected, Logits.Draw([Forbidden, 0, (float)Math.Log(3), Forbidden], uniform));

    [Fact]
    public void Draws_follow_the_probabilities()
    {
        const int Draws = 20_000;
        double[] probabilities = [0.4, 0.3, 0.15, 0.1, 0.05];
        float[] row = [.. probabilities.Select(probability => (float)(5 + Math.Log(probability)))];
        var random = new SplitMix64(11);
        var counts = new int[row.Length];

        for (var i = 0; i < Draws; i++)
            counts[Logits.Draw(row, random.NextDouble())]++;

        // 18.5 is exceeded by chance once in a thousand seeds (chi-square, four degrees of freedom).
        var chiSquare = counts.Zip(
            probabilities, (count, p) => Math.Pow(count - (p * Draws), 2) / (p * Draws)).Sum();
        Assert.InRange(chiSquare, 0, 18.5);
    }
}
