using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>The training loop.</summary>
public sealed class TrainerTests
{
    private static readonly RunRecipe Recipe = new()
    {
        LrSched = LearningRateSchedule.Constant,
        InitLr = 1e-2,
        MaxEpoch = 1,
    };

    [Fact]
    public void The_loss_falls()
    {
        using var scope = NewDisposeScope();
        using var run = new TinyRun(Recipe with { ItersPerEpoch = 30 }, [[0, 1], [2, 3]]);

        var losses = run.Run().Losses.ToList();

        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} -> {losses[^1]}");
    }

    [Fact]
    public void Frozen_weights_stay_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var run = new TinyRun(Recipe with { ItersPerEpoch = 3 }, [[0, 1]]);
        var frozen = run.Model.Llama.FrozenWeights.Concat(run.Model.Vision.Weights).ToList();
        var before = frozen.Select(weight => weight.Value.clone()).ToList();

        run.Run();

        Assert.All(frozen.Zip(before), pair => Assert.Equal(0, TinyModels.Distance(pair.Second, pair.First.Value)));
    }

    [Fact]
    public void Each_step_is_measured()
    {
        using var scope = NewDisposeScope();
        using var run = new TinyRun(
            Recipe with { ItersPerEpoch = 3, AccumGradIters = 2, MaxEpoch = 2 }, [[0, 1], [2], [3]]);
        using var first = TinyModels.Pack(run.Model, 0, 1);
        using var second = TinyModels.Pack(run.Model, 2);

        var steps = run.Run().Steps;

        Assert.Equal(
            [(1, 0, 1), (2, 0, 2), (3, 1, 1), (4, 1, 2)],
            steps.Select(step => ((int)step.Step, step.Epoch, step.Iteration)));
        Assert.Equal((3, 1), (steps[0].Samples, steps[1].Samples));
        Assert.Equal(first.Tokens + second.Tokens, steps[0].Tokens);
        Assert.Equal(first.AnswerTokens + second.AnswerTokens, steps[0].AnswerTokens);
        Assert.All(steps, step =>
        {
            Assert.Equal(1e-2, step.LearningRate);
            Assert.True(step.GradientNorm > 0);
            Assert.False(step.Skipped);
            Assert.Null(step.LossScale);
        });
        Assert.InRange(steps[3].DataWaitSeconds, steps[0].DataWaitSeconds, steps[3].ElapsedSeconds);
        Assert.True(steps[0].DataWaitSeconds > 0);
        Assert.True(steps[3].ElapsedSeconds > steps[0].ElapsedSeconds);
    }

    [Fact]
    public void A_gradient_longer_than_the_limit_is_shortened_to_it()
    {
        using var scope = NewDisposeScope();
        using var free = new TinyRun(Recipe, [[0, 1]]);
        using var clipped = new TinyRun(Recipe with { MaxGradNorm = 0.1 }, [[0, 1]]);

        var norm = free.Run().Steps[0].GradientNorm!.Value;
        Assert.Equal(norm, clipped.Run().Steps[0].GradientNorm!.Value, 1e-6);

        // After one step the first moment is a tenth of the gradient.
        Assert.True(norm > 0.2);
        Assert.Equal(norm, 10 * FirstMoment(free).norm().item<float>(), 1e-3 * norm);
        Assert.Equal(0.1, 10 * FirstMoment(clipped).norm().item<float>(), 1e-5);
        Assert.InRange(TinyModels.Distance(FirstMoment(free) * (0.1 / norm), FirstMoment(clipped)), 0, 1e-6);
    }

    [Fact]
    public void A_gradient_within_the_limit_is_left_alone()
    {
        using var scope = NewDisposeScope();
        using var free = new TinyRun(Recipe, [[0, 1]]);
        using var limited = new TinyRun(Recipe with { MaxGradNorm = 1e6 }, [[0, 1]]);
        free.Run();
        limited.Run();

        Assert.Equal(free.State, limited.State);
    }

    [Fact]
    public void A_step_whose_gradient_is_not_finite_changes_neither_weights_nor_moments()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var trainer = new Trainer(
            model,
            new Recipe { Model = new ModelRecipe(), Run = Recipe with { ItersPerEpoch = 3 } },
            new Poisoned(model, batch => batch == 1));
        float[]? before = null;
        var recorder = new TinyRun.Recorder(count =>
        {
            if (count == 1)
                before = StateOf(trainer);
            else if (count == 2)
                Assert.Equal(before, StateOf(trainer));
        });

        trainer.Run(recorder, TestContext.Current.CancellationToken);

        Assert.Equal([false, true, false], recorder.Steps.Select(step => step.Skipped));
        Assert.All(trainer.Optimizer.States, state => Assert.Equal(2, state.Steps));
        Assert.NotEqual(before, StateOf(trainer));
        Assert.All(StateOf(trainer), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Nothing_but_steps_that_are_not_finite_ends_the_run_with_advice()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var trainer = new Trainer(
            model,
            new Recipe { Model = new ModelRecipe(), Run = Recipe with { ItersPerEpoch = 1000 } },
            new Poisoned(model, batch => batch > 0));
        var recorder = new TinyRun.Recorder();

        var error = Assert.Throws<InputException>(() => trainer.Run(recorder, TestContext.Current.CancellationToken));

        Assert.StartsWith("50 steps in a row", error.Message, StringComparison.Ordinal);
        Assert.Contains("run.init_lr", error.Message, StringComparison.Ordinal);
        Assert.Equal(51, recorder.Steps.Count);
    }

    [Fact]
    public void Float16_halves_its_loss_scale_until_the_gradient_is_finite_and_then_learns_with_the_unscaled_one()
    {
        using var scope = NewDisposeScope();
        using var single = new TinyRun(Recipe, [[0, 1]]);
        using var half = new TinyRun(Recipe with { ItersPerEpoch = 12 }, [[0, 1]], dtype: ScalarType.Float16);

        var expected = single.Run().Steps[0].GradientNorm!.Value;
        var steps = half.Run().Steps;

        var skipped = steps.TakeWhile(step => step.Skipped).Count();
        Assert.InRange(skipped, 1, 11);
        Assert.Equal(
            Enumerable.Range(0, skipped + 1).Select(i => 65536 / Math.Pow(2, i)),
            steps.Take(skipped + 1).Select(step => step.LossScale!.Value));
        Assert.Equal(expected, steps[skipped].GradientNorm!.Value, 0.05 * expected);
        Assert.Equal(steps.Count(step => !step.Skipped), half.Trainer.Optimizer.States[0].Steps);
    }

    [Fact]
    public void It_ends_after_the_epoch_that_it_is_stopped_at()
    {
        using var scope = NewDisposeScope();
        using var run = new TinyRun(Recipe with { MaxEpoch = 4 }, [[0], [1]]);
        run.Trainer.EpochEnded = step => step.Epoch == 1 ? EpochDecision.Stop : EpochDecision.GoOn;

        Assert.Equal(4, run.Run().Steps.Count);
        Assert.Equal(4, run.Trainer.NextStep);
    }

    [Fact]
    public void A_run_that_is_over_goes_on_with_nothing()
    {
        using var scope = NewDisposeScope();
        using var run = new TinyRun(Recipe, [[0]]);
        run.Run();
        var state = run.State;

        Assert.Empty(run.Run().Steps);
        Assert.Equal(state, run.State);
    }

    private static Tensor FirstMoment(TinyRun run) =>
        cat([.. run.Trainer.Optimizer.States.Select(state => state.FirstMoment.flatten())]);

    private static float[] StateOf(Trainer trainer) =>
    [
        .. trainer.Parameters.SelectMany(parameter => parameter.Value.detach().flatten().data<float>()),
        .. trainer.Optimizer.States.SelectMany(state => state.SecondMoment.flatten().data<float>()),
    ];

    /// <summary>One clip again and again; some of the times its features are not numbers.</summary>
    private sealed class Poisoned(EmotionLlamaModel model, Func<long, bool> isPoisoned) : ITrainingData
    {
        public int BatchesPerPass => 1;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
        {
            for (var i = first; ; i++)
            {
                var batch = TinyModels.Pack(model, 0);
                if (isPoisoned(i))
                    batch.Features.fill_(double.NaN);

                yield return batch;
            }
        }
    }
}
