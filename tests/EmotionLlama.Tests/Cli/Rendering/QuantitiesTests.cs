using EmotionLlama.Cli.Rendering;
using EmotionLlama.Tests.Monitoring;

namespace EmotionLlama.Tests.Cli.Rendering;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(0.2, "0:01")]
    [InlineData(59.9, "1:00")]
    [InlineData(150, "2:30")]
    [InlineData(3600, "1:00:00")]
    [InlineData(100_000, "27:46:40")]
    public void A_duration_reads_like_a_clock(double seconds, string text)
    {
        Assert.Equal(text, Quantities.Duration(TimeSpan.FromSeconds(seconds)));
    }

    [Theory]
    [InlineData(2.345, 950, "2.3 samples/s   950 tokens/s")]
    [InlineData(123.4, 5120, "123 samples/s   5.1k tokens/s")]
    [InlineData(0, 123_456, "0.0 samples/s   123k tokens/s")]
    public void A_speed_has_the_digits_that_mean_something(double samples, double tokens, string text)
    {
        var metrics = MonitoringSamples.Step(1) with { SamplesPerSecond = samples, TokensPerSecond = tokens };

        Assert.Equal(text, Quantities.Speed(metrics));
    }

    [Fact]
    public void A_learning_rate_is_written_as_a_power_of_ten()
    {
        Assert.Equal("3.0e-5", Quantities.Rate(3e-5));
    }
}
