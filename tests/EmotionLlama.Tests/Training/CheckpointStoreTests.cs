using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Tests.Models;
using EmotionLlama.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>The checkpoints of a run.</summary>
[Collection(SharedGenerator.Name)]
public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly int[][] TwoBatches = [[0, 1], [2]];
    private static readonly RunRecipe Recipe = new()
    {
        LrSched = LearningRateSchedule.Constant,
        InitLr = 2e-3,
        Beta2 = 0.95,
        MaxEpoch = 3,
        SaveEverySteps = 1,
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_saves_inside_epochs_and_at_their_ends()
    {
        using var run = Create(Recipe);

        var saved = run.Run().Checkpoints;

        Assert.Equal(
            [
                "checkpoint_latest.pth", "checkpoint_0.pth",
                "checkpoint_latest.pth", "checkpoint_1.pth",
                "checkpoint_latest.pth", "checkpoint_2.pth",
            ],
            saved);
        Assert.Equal(["checkpoint_0.pth", "checkpoint_1.pth", "checkpoint_2.pth"], Files());
    }

    [Fact]
    public void A_file_has_the_layout_of_the_original()
    {
        using var run = Create(Recipe with { MaxEpoch = 1 });
        run.Run();
        using var checkpoint = TorchCheckpoint.Open(_folder["checkpoint_0.pth"]);
        var root = Dictionary(checkpoint.Root);

        Assert.Equal(["model", "optimizer", "config", "scaler", "epoch"], root.Keys.Take(5));
        Assert.Equal(0L, root["epoch"]);
        Assert.Null(root["scaler"]);
        Assert.Equal("minigpt_v2", Dictionary(Dictionary(root["config"])["model"])["arch"]);
        var weights = Dictionary(root["model"]);
        Assert.Equal(run.Trainer.Parameters.Select(parameter => parameter.Name), weights.Keys);
        Assert.All(run.Trainer.Parameters, parameter =>
        {
            using var stored = ((StoredTensor)weights[parameter.Name]!).Read();
            Assert.Equal(0, TinyModels.Distance(parameter.Value, stored));
        });
    }

    [Fact]
    public void The_optimizer_is_kept_as_PyTorch_keeps_it_matrices_first()
    {
        using var run = Create(Recipe with { MaxEpoch = 1 });
        run.Run();
        using var checkpoint = TorchCheckpoint.Open(_folder["checkpoint_0.pth"]);
        var optimizer = Dictionary(Dictionary(checkpoint.Root)["optimizer"]);
        var groups = ((List<object?>)optimizer["param_groups"]!).Select(Dictionary).ToList();
        var states = Dictionary(optimizer["state"]);

        var matrices = run.Trainer.Parameters.Count(AdamW.HasWeightDecay);
        Assert.Equal([0.05, 0L], groups.Select(group => group["weight_decay"] is double decay ? decay : 0L));
        Assert.Equal(
            Enumerable.Range(0, matrices).Select(i => (object?)(long)i), (List<object?>)groups[0]["params"]!);
        Assert.Equal(
            Enumerable.Range(matrices, run.Trainer.Parameters.Count - matrices).Select(i => (object?)(long)i),
            (List<object?>)groups[1]["params"]!);
        Assert.Equal((2e-3, 1e-8), (groups[0]["lr"], groups[0]["eps"]));
        Assert.Equal(new PythonTuple(0.9, 0.95), groups[0]["betas"]);
        foreach (var (index, state) in run.Trainer.Optimizer.States.Index())
        {
            var stored = Dictionary(states[(long)index]);
            Assert.Equal(2, Read(stored["step"]).item<float>());
            Assert.Equal(0, TinyModels.Distance(state.FirstMoment, Read(stored["exp_avg"])));
            Assert.Equal(0, TinyModels.Distance(state.SecondMoment, Read(stored["exp_avg_sq"])));
        }

        static Tensor Read(object? stored) => ((StoredTensor)stored!).Read();
    }

    [Fact]
    public void The_loss_scale_is_kept_as_PyTorch_keeps_it()
    {
        using var run = Create(Recipe with { MaxEpoch = 1 }, dtype: ScalarType.Float16);
        run.Trainer.Scaler.Restore(scale: 16, goodSteps: 5);
        run.Run();
        using var checkpoint = TorchCheckpoint.Open(_folder["checkpoint_0.pth"]);

        var scaler = Dictionary(Dictionary(checkpoint.Root)["scaler"]);

        Assert.Equal(
            ["scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"], scaler.Keys);
        Assert.Equal((16.0, 7L), (scaler["scale"], scaler["_growth_tracker"]));
        using var resumed = Create(Recipe with { MaxEpoch = 1 }, dtype: ScalarType.Float16);
        CheckpointStore.Resume(resumed.Trainer, resumed.Model, _folder["checkpoint_0.pth"]);
        Assert.Equal((16, 7), (resumed.Trainer.Scaler.Scale, resumed.Trainer.Scaler.GoodSteps));
    }

    [Fact]
    public void As_many_epochs_are_kept_as_asked_for()
    {
        using var run = Create(Recipe, keepLast: 2);

        run.Run();

        Assert.Equal(["checkpoint_1.pth", "checkpoint_2.pth"], Files());
    }

    [Fact]
    public void Later_epochs_of_an_earlier_run_do_not_crowd_out_what_was_just_saved()
    {
        File.WriteAllText(_folder["checkpoint_8.pth"], "");
        File.WriteAllText(_folder["checkpoint_9.pth"], "");
        using var run = Create(Recipe with { MaxEpoch = 1 }, keepLast: 2);

        run.Run();

        Assert.Contains("checkpoint_0.pth", Files());
    }

    [Fact]
    public void The_newest_checkpoint_is_the_one_furthest_on()
    {
        Assert.Null(CheckpointStore.FindNewest(_folder["nowhere"]));
        Assert.Null(CheckpointStore.FindNewest(_folder.Location));

        using (var run = Create(Recipe))
            run.Run(steps: 3);
        Assert.Equal(["checkpoint_0.pth", "checkpoint_latest.pth"], Files());
        Assert.Equal(_folder["checkpoint_latest.pth"], CheckpointStore.FindNewest(_folder.Location));

        // As a kill between the save of an epoch and the removal of the save inside it leaves them.
        File.Copy(_folder["checkpoint_latest.pth"], _folder["copy"]);
        using (var run = Create(Recipe))
            run.Run();
        File.Move(_folder["copy"], _folder["checkpoint_latest.pth"]);
        Assert.Equal(_folder["checkpoint_2.pth"], CheckpointStore.FindNewest(_folder.Location));
    }

    [Fact]
    public void Epochs_are_ordered_by_number_not_by_letter()
    {
        foreach (var name in (string[])["checkpoint_9.pth", "checkpoint_10.pth", "checkpoint_best.pth"])
            File.WriteAllText(_folder[name], "");

        Assert.Equal(_folder["checkpoint_10.pth"], CheckpointStore.FindNewest(_folder.Location));
    }

    [Fact]
    public void A_checkpoint_of_another_program_cannot_be_gone_on_from()
    {
        using var run = Create(Recipe);
        TorchCheckpointWriter.Save(_folder["demo.pth"], new Dictionary<string, object?>
        {
            ["model"] = run.Trainer.Parameters.ToDictionary(weight => weight.Name, weight => (object?)weight.Value),
        });

        var error = Assert.Throws<InputException>(
            () => CheckpointStore.Resume(run.Trainer, run.Model, _folder["demo.pth"]));

        Assert.StartsWith(_folder["demo.pth"], error.Message, StringComparison.Ordinal);
        Assert.Contains("model.ckpt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_a_run_with_other_LoRA_targets_is_refused_and_changes_nothing()
    {
        using (var run = Create(Recipe))
            run.Run();

        // As many matrices of the same shapes, on another projection.
        using var other = Create(Recipe, lora: new LoraSettings { Rank = 4, Targets = ["q_proj", "k_proj"] });
        var before = other.State;
        var error = Assert.Throws<InputException>(
            () => CheckpointStore.Resume(other.Trainer, other.Model, _folder["checkpoint_2.pth"]));

        Assert.Contains("model.lora_target_modules", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, other.State);
    }

    [Fact]
    public void A_checkpoint_of_a_run_with_another_rank_is_refused_and_changes_nothing()
    {
        using (var run = Create(Recipe))
            run.Run();

        using var other = Create(Recipe, lora: new LoraSettings { Rank = 2 });
        var before = other.State;
        var error = Assert.Throws<InputException>(
            () => CheckpointStore.Resume(other.Trainer, other.Model, _folder["checkpoint_2.pth"]));

        Assert.Contains("model.lora_r", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, other.State);
    }

    [Fact]
    public void A_checkpoint_of_a_run_with_epochs_of_other_length_is_refused_and_changes_nothing()
    {
        using (var run = Create(Recipe))
            run.Run();

        using var other = Create(Recipe with { AccumGradIters = 2 });
        var before = other.State;
        var error = Assert.Throws<InputException>(
            () => CheckpointStore.Resume(other.Trainer, other.Model, _folder["checkpoint_2.pth"]));

        Assert.Contains("2 steps in an epoch, this recipe makes 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, other.State);
        Assert.Equal(0, other.Trainer.NextStep);
    }

    private TinyRun Create(
        RunRecipe recipe, int keepLast = 0, LoraSettings? lora = null, ScalarType dtype = ScalarType.Float32) => new(
        recipe,
        TwoBatches,
        lora,
        dtype: dtype,
        store: new CheckpointStore(
            _folder.Location, RecipeTree.Of(new Recipe { Model = new ModelRecipe(), Run = recipe }), keepLast));

    private IEnumerable<string?> Files() => Directory.GetFiles(_folder.Location).Select(Path.GetFileName).Order();

    private static OrderedDictionary<object, object?> Dictionary(object? node) =>
        Assert.IsType<OrderedDictionary<object, object?>>(node);
}
