using EmotionLlama.Evaluation;

namespace EmotionLlama.Tests.Evaluation;

public sealed class ProportionTests
{
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (Wilson, no continuity correction).
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_the_published_one(int hits, int count, double lower, double upper)
    {
        var proportion = new Proportion(hits, count);

        Assert.Equal(lower, proportion.Lower, 4);
        Assert.Equal(upper, proportion.Upper, 4);
    }

    [Fact]
    public void The_interval_of_all_ends_at_one_exactly()
    {
        Assert.Equal(1, new Proportion(7, 7).Upper);
        Assert.InRange(new Proportion(7, 7).Lower, 0.5, 0.99);
    }
}
