using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Monitoring;

public sealed class LossCurveTests
{
    [Fact]
    public void First_and_last_loss_are_means_of_a_tenth_of_the_steps()
    {
        var steps = Enumerable.Range(1, 30).Select(step => MonitoringSamples.Step(step, loss: step)).ToList();

        Assert.Equal((1 + 2 + 3) / 3.0, LossCurve.First(steps));
        Assert.Equal((28 + 29 + 30) / 3.0, LossCurve.Last(steps));
    }

    [Fact]
    public void A_single_step_is_first_and_last_and_no_step_is_not_a_number()
    {
        StepMetrics[] one = [MonitoringSamples.Step(1, loss: 4)];

        Assert.Equal((4, 4), (LossCurve.First(one), LossCurve.Last(one)));
        Assert.Equal(double.NaN, LossCurve.First([]));
    }

    [Fact]
    public void Steps_whose_loss_is_not_finite_are_passed_over()
    {
        double[] losses = [double.NaN, 3, double.NaN];
        var steps = losses.Select((loss, index) => MonitoringSamples.Step(index + 1, loss)).ToList();

        Assert.Equal((3, 3), (LossCurve.First(steps), LossCurve.Last(steps)));
    }

    [Fact]
    public void Smoothing_has_no_bias_at_the_start()
    {
        Assert.All(LossCurve.Smooth([2, 2, 2, 2], halfLife: 5), loss => Assert.Equal(2, loss, 12));
    }

    [Fact]
    public void After_one_half_life_a_loss_counts_half()
    {
        // Weights 1/2 and 1 at a half-life of one step.
        Assert.Equal((4 * 0.5 + 1 * 1) / 1.5, LossCurve.Smooth([4, 1], halfLife: 1)[1], 12);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_does_not_spread()
    {
        Assert.Equal([double.NaN, 2, 2, 2], LossCurve.Smooth([double.NaN, 2, double.NaN, 2], halfLife: 3));
    }
}
