using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class ThroughputTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Is_zero_before_the_first_step()
    {
        var throughput = new Throughput(_time);
        _time.Pass(1);

        Assert.Equal((0, 0), (throughput.SamplesPerSecond, throughput.TokensPerSecond));
    }

    [Fact]
    public void Measures_the_first_step_exactly()
    {
        var throughput = new Throughput(_time);
        Take(throughput, seconds: 2, samples: 4, tokens: 1000);

        Assert.Equal(2, throughput.SamplesPerSecond, 9);
        Assert.Equal(500, throughput.TokensPerSecond, 9);
    }

    [Fact]
    public void A_steady_pace_reads_steady_whatever_the_step_lengths()
    {
        var throughput = new Throughput(_time);
        foreach (var seconds in new[] { 0.5, 3, 0.1, 7 })
            Take(throughput, seconds, samples: (long)(10 * seconds), tokens: (long)(100 * seconds));

        Assert.Equal(10, throughput.SamplesPerSecond, 9);
        Assert.Equal(100, throughput.TokensPerSecond, 9);
    }

    [Fact]
    public void After_one_half_life_old_and_new_pace_weigh_about_the_same()
    {
        var throughput = new Throughput(_time, halfLife: TimeSpan.FromSeconds(10));
        for (var second = 0; second < 200; second++)
            Take(throughput, seconds: 1, samples: 1, tokens: 1);
        for (var second = 0; second < 10; second++)
            Take(throughput, seconds: 1, samples: 3, tokens: 3);

        Assert.Equal(2, throughput.SamplesPerSecond, 3);
    }

    [Fact]
    public void A_pause_for_a_checkpoint_is_no_training_time()
    {
        var throughput = new Throughput(_time);
        Take(throughput, seconds: 1, samples: 5, tokens: 50);
        _time.Pass(60);
        throughput.Continue();
        Take(throughput, seconds: 1, samples: 5, tokens: 50);

        Assert.Equal(5, throughput.SamplesPerSecond, 9);
    }

    private void Take(Throughput throughput, double seconds, long samples, long tokens)
    {
        _time.Pass(seconds);
        throughput.Add(samples, tokens);
    }
}
