using EmotionLlama.Configuration;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Training;

/// <summary>Which micro-batches make which steps, and at which rate.</summary>
public sealed class TrainingPlanTests
{
    private static readonly RunRecipe Recipe = new()
    {
        LrSched = LearningRateSchedule.LinearWarmupCosine,
        InitLr = 1e-3,
        MinLr = 1e-5,
        MaxEpoch = 2,
        AccumGradIters = 3,
    };

    [Fact]
    public void The_last_step_of_an_epoch_takes_the_iterations_that_are_left()
    {
        var plan = new TrainingPlan(Recipe, iterationsPerPass: 7);

        Assert.Equal(3, plan.StepsPerEpoch);
        Assert.Equal(6, plan.Steps);
        Assert.Equal(
            [(0, 0, 3, 0), (0, 3, 3, 3), (0, 6, 1, 6), (1, 0, 3, 7), (1, 3, 3, 10), (1, 6, 1, 13)],
            plan.StepsFrom(0).Select(step => (step.Epoch, step.FirstIteration, step.Iterations, (int)step.FirstBatch)));
        Assert.Equal(
            [false, false, true, false, false, true], plan.StepsFrom(0).Select(step => step.EndsEpoch));
    }

    [Fact]
    public void The_rate_of_a_step_is_that_of_its_last_iteration()
    {
        var plan = new TrainingPlan(Recipe, iterationsPerPass: 7);
        var rate = new LearningRate
        {
            Initial = 1e-3,
            Minimum = 1e-5,
            WarmupStart = 1e-3,
            Epochs = 2,
            IterationsPerEpoch = 7,
        };

        Assert.Equal(
            [rate.At(0, 2), rate.At(0, 5), rate.At(0, 6), rate.At(1, 2), rate.At(1, 5), rate.At(1, 6)],
            plan.StepsFrom(0).Select(step => step.LearningRate));
    }

    [Fact]
    public void A_recipe_may_set_the_length_of_an_epoch()
    {
        var plan = new TrainingPlan(Recipe with { ItersPerEpoch = 100 }, iterationsPerPass: 7);

        Assert.Equal(34, plan.StepsPerEpoch);
        Assert.Equal(100, plan.StepAt(34).FirstBatch);
    }

    [Fact]
    public void A_resumed_run_has_the_steps_that_were_left()
    {
        var plan = new TrainingPlan(Recipe, iterationsPerPass: 7);

        Assert.Equal(plan.StepsFrom(0).Skip(4), plan.StepsFrom(4));
        Assert.Empty(plan.StepsFrom(6));
    }

    [Fact]
    public void A_run_that_is_over_stays_in_its_last_epoch_and_has_no_further_step()
    {
        var plan = new TrainingPlan(Recipe, iterationsPerPass: 7);

        Assert.Equal([0, 0, 1, 1, 1], new[] { 0, 2, 3, 5, 6 }.Select(step => plan.EpochOf(step)));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.StepAt(6));
    }

    [Fact]
    public void Sub_stages_have_their_own_rates_and_start_their_schedules_anew()
    {
        var plan = new TrainingPlan(
            Recipe with
            {
                MaxEpoch = 30,
                AccumGradIters = 1,
                WarmupLr = 1e-6,
                WarmupSteps = 2,
                Stages =
                [
                    new StageRecipe { Name = "align", FirstEpoch = 0, EndEpoch = 15 },
                    new StageRecipe { Name = "reason", FirstEpoch = 15, EndEpoch = 30, InitLr = 1e-4, MinLr = 0 },
                ],
            },
            iterationsPerPass: 10);

        Assert.Equal(("align", 1e-6), (plan.StepAt(0).Stage, plan.StepAt(0).LearningRate));
        Assert.Equal("align", plan.StepAt(149).Stage);
        Assert.InRange(plan.StepAt(149).LearningRate, 1e-5, 1.02e-5);

        // The run's warm-up belongs to the first stage; the second begins at its full rate and ends at its own minimum.
        Assert.Equal(("reason", 1e-4), (plan.StepAt(150).Stage, plan.StepAt(150).LearningRate));
        Assert.Equal(15, plan.StepAt(150).Epoch);
        Assert.Equal(0.5e-4, plan.StepAt(225).LearningRate, 1e-12);
        Assert.InRange(plan.StepAt(299).LearningRate, 0, 1e-7);
    }

    [Fact]
    public void A_sub_stage_may_have_a_warm_up_of_its_own()
    {
        var plan = new TrainingPlan(
            Recipe with
            {
                Stages =
                [
                    new StageRecipe { Name = "first", FirstEpoch = 0, EndEpoch = 1 },
                    new StageRecipe { Name = "second", FirstEpoch = 1, EndEpoch = 2, WarmupLr = 0, WarmupSteps = 4 },
                ],
                AccumGradIters = 1,
            },
            iterationsPerPass: 8);

        Assert.Equal(
            [1e-3, 0, 0.25e-3, 0.5e-3],
            [plan.StepAt(0).LearningRate, .. Enumerable.Range(8, 3).Select(step => plan.StepAt(step).LearningRate)]);
    }
}
