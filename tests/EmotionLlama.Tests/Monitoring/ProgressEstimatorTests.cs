using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class ProgressEstimatorTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Knows_nothing_before_the_first_step()
    {
        Assert.Null(new ProgressEstimator(100, time: _time).Remaining);
    }

    [Fact]
    public void Multiplies_the_pace_by_the_steps_left()
    {
        var progress = new ProgressEstimator(100, time: _time);
        Take(progress, steps: 25, secondsEach: 2);

        Assert.Equal(0.25, progress.Fraction);
        Assert.Equal(50, progress.Elapsed.TotalSeconds, 6);
        Assert.Equal(150, progress.Remaining!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void Follows_a_changed_pace_within_a_few_half_lives()
    {
        var progress = new ProgressEstimator(1000, time: _time, halfLife: TimeSpan.FromSeconds(10));
        Take(progress, steps: 100, secondsEach: 1);
        Take(progress, steps: 400, secondsEach: 0.5);

        Assert.Equal(250, progress.Remaining!.Value.TotalSeconds, 0.5);
    }

    [Fact]
    public void Counts_only_the_steps_taken_since_a_resumption()
    {
        var progress = new ProgressEstimator(100, completedSteps: 90, time: _time);
        Take(progress, steps: 1, secondsEach: 3);

        Assert.Equal(27, progress.Remaining!.Value.TotalSeconds, 6);
        Assert.Equal(0.91, progress.Fraction, 9);
    }

    [Fact]
    public void Ends_at_zero_even_where_a_run_takes_more_steps_than_announced()
    {
        var progress = new ProgressEstimator(2, time: _time);
        Take(progress, steps: 3, secondsEach: 1);

        Assert.Equal((TimeSpan.Zero, 1.0), (progress.Remaining!.Value, progress.Fraction));
    }

    private void Take(ProgressEstimator progress, int steps, double secondsEach)
    {
        for (var step = 0; step < steps; step++)
        {
            _time.Pass(secondsEach);
            progress.Advance(progress.CompletedSteps + 1);
        }
    }
}
