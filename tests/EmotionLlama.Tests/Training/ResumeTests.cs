using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>A run that was stopped goes on as if it had not been, bit for bit, with dropout on.</summary>
[Collection(SharedGenerator.Name)]
public sealed class ResumeTests : IDisposable
{
    private static readonly LoraSettings Dropout = new() { Rank = 4, Dropout = 0.3 };
    private static readonly int[][] FiveBatches = [[0, 1], [2], [3, 4], [5], [6, 7]];

    // Five micro-batches in steps of two: three steps an epoch, the last of one micro-batch.
    private static readonly RunRecipe Recipe = new()
    {
        InitLr = 1e-2,
        MinLr = 1e-4,
        WarmupLr = 1e-4,
        WarmupSteps = 2,
        MaxEpoch = 2,
        AccumGradIters = 2,
        MaxGradNorm = 1,
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Stopped_after_any_step_it_ends_with_the_same_weights_moments_and_losses(int steps)
    {
        var (expectedLosses, expected) = RunThrough(Recipe);

        List<double> losses;
        using (var stopped = Create(Recipe))
            losses = [.. stopped.Run(steps).Losses];

        random.manual_seed(999);
        using var resumed = Create(Recipe);
        TinyModels.Randomize(resumed.Trainer.Parameters.Select(parameter => parameter with { Name = "other" }));
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, CheckpointStore.FindNewest(_folder.Location)!);
        losses.AddRange(resumed.Run().Losses);

        Assert.Equal(expectedLosses, losses);
        Assert.Equal(expected, resumed.State);
    }

    [Fact]
    public void It_does_so_where_activations_are_recomputed()
    {
        var (_, expected) = RunThrough(Recipe, checkpoint: GradCheckpoint.Full);
        using (var stopped = Create(Recipe, checkpoint: GradCheckpoint.Full))
            stopped.Run(steps: 2);

        random.manual_seed(999);
        using var resumed = Create(Recipe, checkpoint: GradCheckpoint.Full);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, CheckpointStore.FindNewest(_folder.Location)!);
        resumed.Run();

        Assert.Equal(expected, resumed.State);
    }

    [Fact]
    public void Recomputing_activations_trains_the_same_weights()
    {
        var (losses, plain) = RunThrough(Recipe);
        var (otherLosses, recomputing) = RunThrough(Recipe, checkpoint: GradCheckpoint.Full);

        Assert.Equal(losses, otherLosses);
        Assert.Equal(plain, recomputing);
    }

    [Fact]
    public void Two_runs_with_one_seed_are_identical_and_with_another_seed_not()
    {
        var (losses, first) = RunThrough(Recipe);
        var (sameLosses, second) = RunThrough(Recipe);
        var (_, other) = RunThrough(Recipe, seed: 2);

        Assert.Equal(losses, sameLosses);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void What_is_drawn_at_the_end_of_an_epoch_does_not_change_the_run()
    {
        var (_, expected) = RunThrough(Recipe);
        var epochs = new List<int>();
        random.manual_seed(1);
        using var run = Create(Recipe);
        run.Trainer.EpochEnded = step =>
        {
            epochs.Add(step.Epoch);
            _ = rand(10);
            return EpochDecision.GoOn;
        };

        run.Run();

        Assert.Equal([0, 1], epochs);
        Assert.Equal(expected, run.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void The_mean_loss_of_an_epoch_is_that_of_all_its_steps(int steps)
    {
        var (losses, _) = RunThrough(Recipe);
        using (var stopped = Create(Recipe))
            stopped.Run(steps);

        using var resumed = Create(Recipe);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, CheckpointStore.FindNewest(_folder.Location)!);
        var means = new List<double?>();
        resumed.Trainer.EpochEnded = _ =>
        {
            means.Add(resumed.Trainer.EpochLoss.Value);
            return EpochDecision.GoOn;
        };
        resumed.Run();

        double?[] expected = [losses[..3].Average(), losses[3..].Average()];
        Assert.Equal(expected[(steps / 3)..], means);
    }

    [Fact]
    public void Time_spent_before_is_counted()
    {
        double before;
        using (var stopped = Create(Recipe))
            before = stopped.Run(steps: 2).Steps[^1].ElapsedSeconds;

        using var resumed = Create(Recipe);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, CheckpointStore.FindNewest(_folder.Location)!);

        Assert.True(resumed.Run().Steps[0].ElapsedSeconds > before);
    }

    [Fact]
    public void A_stop_saves_the_step_that_was_under_way()
    {
        using var stopped = Create(Recipe);

        var recorder = stopped.Run(steps: 2);

        Assert.Equal(2, recorder.Steps.Count);
        Assert.Equal(["checkpoint_latest.pth"], recorder.Checkpoints);
        using var resumed = Create(Recipe);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, _folder["checkpoint_latest.pth"]);
        Assert.Equal(2, resumed.Trainer.NextStep);
        Assert.Equal(stopped.State, resumed.State);
    }

    private TinyRun Create(RunRecipe recipe, GradCheckpoint checkpoint = GradCheckpoint.None)
    {
        var run = new TinyRun(
            recipe,
            FiveBatches,
            Dropout,
            checkpoint,
            store: new CheckpointStore(_folder.Location, config: null));
        random.manual_seed(1);
        return run;
    }

    private static (List<double> Losses, float[] State) RunThrough(
        RunRecipe recipe, GradCheckpoint checkpoint = GradCheckpoint.None, long seed = 1)
    {
        using var run = new TinyRun(recipe, FiveBatches, Dropout, checkpoint);
        random.manual_seed(seed);
        return ([.. run.Run().Losses], run.State);
    }
}
