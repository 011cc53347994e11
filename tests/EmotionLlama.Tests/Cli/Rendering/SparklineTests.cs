using EmotionLlama.Cli.Rendering;

namespace EmotionLlama.Tests.Cli.Rendering;

public sealed class SparklineTests
{
    [Fact]
    public void The_lowest_value_is_the_lowest_bar_and_the_highest_the_highest()
    {
        Assert.Equal("█▅▁", Sparkline.Draw([7, 4, 0]));
    }

    [Fact]
    public void Values_that_are_all_the_same_make_a_flat_line()
    {
        Assert.Equal("▁▁▁", Sparkline.Draw([2, 2, 2]));
    }

    [Fact]
    public void A_value_that_is_not_finite_is_a_gap()
    {
        Assert.Equal("█ ▁ ", Sparkline.Draw([2, double.NaN, 1, double.PositiveInfinity]));
        Assert.Equal("  ", Sparkline.Draw([double.NaN, double.NaN]));
        Assert.Equal("", Sparkline.Draw([]));
    }
}
