using System.Text.Json;
using EmotionLlama.Configuration;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Training;

/// <summary>Schedules against their formulas and the reference.</summary>
public sealed class LearningRateTests
{
    private static readonly LearningRate Rate = new()
    {
        Initial = 1e-3,
        Minimum = 1e-5,
        WarmupStart = 1e-4,
        WarmupSteps = 4,
        Epochs = 3,
        IterationsPerEpoch = 10,
    };

    public static TheoryData<string> References => ["stage2", "stage1", "warmup_spans_epochs"];

    [Theory]
    [MemberData(nameof(References))]
    public void Rates_are_those_of_the_reference(string setting)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("parity", "lr_schedule.json")));
        var reference = file.RootElement.GetProperty(setting);
        var arguments = reference.GetProperty("args");
        var rate = new LearningRate
        {
            Initial = arguments.GetProperty("init_lr").GetDouble(),
            Minimum = arguments.GetProperty("min_lr").GetDouble(),
            WarmupStart = arguments.GetProperty("warmup_start_lr").GetDouble(),
            WarmupSteps = arguments.GetProperty("warmup_steps").GetInt32(),
            Epochs = arguments.GetProperty("max_epoch").GetInt32(),
            IterationsPerEpoch = arguments.GetProperty("iters_per_epoch").GetInt32(),
        };

        var points = reference.GetProperty("lr").EnumerateArray().ToList();

        Assert.NotEmpty(points);
        foreach (var point in points)
        {
            var expected = point[2].GetDouble();
            Assert.Equal(expected, rate.At(point[0].GetInt32(), point[1].GetInt32()), 1e-12 * expected);
        }
    }

    [Fact]
    public void Warm_up_rises_linearly_from_its_start_and_does_not_reach_the_rate()
    {
        Assert.Equal(1e-4, Rate.At(0, 0), 1e-15);
        Assert.Equal(1e-4 + (9e-4 * 0.25), Rate.At(0, 1), 1e-15);
        Assert.Equal(1e-4 + (9e-4 * 0.75), Rate.At(0, 3), 1e-15);
    }

    [Fact]
    public void The_cosine_counts_from_the_start_of_the_run_warm_up_included()
    {
        Assert.Equal(Cosine(4 / 30.0), Rate.At(0, 4), 1e-15);
        Assert.Equal(Cosine(15 / 30.0), Rate.At(1, 5), 1e-15);
        Assert.Equal(Cosine(29 / 30.0), Rate.At(2, 9), 1e-15);
    }

    [Fact]
    public void A_warm_up_that_spans_epochs_starts_again_with_each()
    {
        var rate = Rate with { WarmupSteps = 25 };

        Assert.Equal(rate.At(0, 3), rate.At(1, 3));
        Assert.Equal(rate.At(0, 0), rate.At(2, 0));

        // The cosine takes over in the middle of the third epoch, at the step that warm-up was to end with.
        Assert.Equal(Cosine(25 / 30.0), rate.At(2, 5), 1e-15);
    }

    [Fact]
    public void Step_schedules_warm_up_in_the_first_epoch_and_fall_by_a_factor_per_epoch()
    {
        var rate = Rate with { Schedule = LearningRateSchedule.LinearWarmupStep, DecayRate = 0.1, Minimum = 5e-5 };

        Assert.Equal(1e-4 + (9e-4 * 0.5), rate.At(0, 2), 1e-15);
        Assert.Equal(1e-3, rate.At(0, 9), 1e-15);
        Assert.Equal(1e-4, rate.At(1, 0), 1e-15);
        Assert.Equal(1e-4, rate.At(1, 9), 1e-15);
        Assert.Equal(5e-5, rate.At(2, 0), 1e-15);
    }

    [Fact]
    public void A_constant_schedule_has_no_warm_up()
    {
        var rate = Rate with { Schedule = LearningRateSchedule.Constant };

        Assert.Equal([1e-3, 1e-3, 1e-3], [rate.At(0, 0), rate.At(1, 7), rate.At(2, 9)]);
    }

    [Fact]
    public void Without_warm_up_the_first_rate_is_the_highest()
    {
        var rate = Rate with { WarmupSteps = 0 };

        Assert.Equal(1e-3, rate.At(0, 0), 1e-15);
        Assert.True(rate.At(0, 1) < 1e-3);
    }

    private static double Cosine(double part) => 1e-5 + ((1e-3 - 1e-5) * 0.5 * (1 + Math.Cos(Math.PI * part)));
}
