using EmotionLlama.Reporting;

namespace EmotionLlama.Tests.Reporting;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 2.7, new[] { "0", "1", "2", "3" })]
    [InlineData(0, 1, new[] { "0", "0.2", "0.4", "0.6", "0.8", "1" })]
    [InlineData(0, 1e-4, new[] { "0", "2e-5", "4e-5", "6e-5", "8e-5", "1e-4" })]
    [InlineData(0, 9000, new[] { "0", "2k", "4k", "6k", "8k", "10k" })]
    public void Tick_marks_are_round_and_enclose_the_values(double low, double high, string[] labels)
    {
        var axis = new Axis(low, high, from: 0, to: 100, ticks: 5);

        Assert.Equal(labels, axis.Ticks.Select(axis.Label));
        Assert.True(axis.Low <= low && axis.High >= high);
    }

    [Fact]
    public void A_tight_axis_ends_at_the_values()
    {
        var axis = new Axis(1, 300, from: 50, to: 650, ticks: 6, tight: true);

        Assert.Equal((50, 650), (axis.Map(1), axis.Map(300)));
        Assert.Equal([50.0, 100, 150, 200, 250, 300], axis.Ticks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-6)]
    [InlineData(-3)]
    public void Values_that_are_all_the_same_still_have_an_axis(double value)
    {
        var axis = new Axis(value, value, from: 0, to: 100, ticks: 5);

        Assert.InRange(axis.Map(value), 0, 100);
        Assert.NotEmpty(axis.Ticks);
    }
}
