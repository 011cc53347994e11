using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>
/// The checkpoints of a run in its output folder: <c>checkpoint_EPOCH.pth</c> at the end of each epoch,
/// <c>checkpoint_latest.pth</c> inside epochs and <c>checkpoint_best.pth</c>, a copy of the best epoch's, in the
/// original's layout <c>{model, optimizer, config, scaler, epoch}</c> with an entry of ours for exact resumption. Each is
/// complete or absent, never half-written.
/// </summary>
/// <param name="folder">The output folder.</param>
/// <param name="config">The recipe as nested dictionaries, kept in each checkpoint.</param>
/// <param name="keepLast">Epoch checkpoints to keep; 0 keeps all.</param>
public sealed class CheckpointStore(string folder, object? config, int keepLast = 0)
{
    /// <summary>The file of saves inside an epoch.</summary>
    public const string LatestName = "checkpoint_latest.pth";

    /// <summary>The file of the best epoch.</summary>
    public const string BestName = "checkpoint_best.pth";

    private const string StateKey = CheckpointEntries.ResumeState;

    /// <summary>The output folder.</summary>
    public string Folder => folder;

    /// <summary>The path of <see cref="BestName"/>.</summary>
    public string BestPath => Path.Combine(folder, BestName);

    /// <summary>The path of an epoch's checkpoint.</summary>
    /// <param name="epoch">Counted from 0.</param>
    public string EpochPath(int epoch) => Path.Combine(folder, $"checkpoint_{epoch}.pth");

    /// <summary>Saves at the end of an epoch, and deletes epoch checkpoints that are not kept.</summary>
    /// <returns>The file's path.</returns>
    public string SaveEpoch(Trainer trainer, int epoch)
    {
        var path = Save(trainer, $"checkpoint_{epoch}.pth", epoch);
        File.Delete(Path.Combine(folder, LatestName));
        if (keepLast > 0)
        {
            foreach (var old in EpochCheckpoints(folder).Where(old => old.Epoch <= epoch - keepLast))
                File.Delete(old.Path);
        }

        return path;
    }

    /// <summary>Saves inside an epoch, in place of the save before.</summary>
    /// <returns>The file's path.</returns>
    public string SaveLatest(Trainer trainer, int epoch) => Save(trainer, LatestName, epoch);

    /// <summary>Copies a checkpoint to <see cref="BestName"/>, whole or not at all.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="InputException">The copy cannot be written.</exception>
    public string SaveBest(string checkpoint)
    {
        if (Path.GetFullPath(checkpoint) == Path.GetFullPath(BestPath))
            return BestPath;

        using var source = File.OpenRead(checkpoint);
        AtomicFile.Write(BestPath, source.CopyTo);
        return BestPath;
    }

    /// <summary>The checkpoint of a folder that a run would go on from: the one furthest on, which
    /// <see cref="BestName"/>, a copy of one of the others, is never needed for.</summary>
    /// <returns>Its path, or null where the folder has none.</returns>
    public static string? FindNewest(string folder)
    {
        var latest = Path.Combine(folder, LatestName);
        var epoch = EpochCheckpoints(folder).LastOrDefault().Path;
        if (!File.Exists(latest))
            return epoch;

        // A run that is killed right after it saved an epoch leaves the save before that, too.
        return epoch is null || NextStepOf(latest) > NextStepOf(epoch) ? latest : epoch;
    }

    /// <summary>The best checkpoint of a folder, or null where it has none.</summary>
    public static string? FindBest(string folder) =>
        Path.Combine(folder, BestName) is var path && File.Exists(path) ? path : null;

    /// <summary>Puts a trainer where a checkpoint stopped: weights, moments, loss scale, generator and position.
    /// </summary>
    /// <returns>How many ranks the checkpoint's run had. With another number now, the order of the samples goes on where
    /// they stopped, and so do optimizer and epoch.</returns>
    /// <exception cref="InputException">The file cannot be read, is no checkpoint of ours, or is of a run with other
    /// trained weights or another number of steps in an epoch; nothing has changed then.</exception>
    public static int Resume(Trainer trainer, EmotionLlamaModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(model);
        using var checkpoint = TorchCheckpoint.Open(path);
        var tree = new CheckpointTree(path, checkpoint.Root);
        if (!tree.Has(StateKey))
        {
            throw new InputException($"{path}: not a checkpoint of ours, so a run cannot go on from it; "
                + "name it as model.ckpt to start from its weights");
        }

        var state = tree.Under(StateKey);
        var ranks = state.Has("ranks") ? (int)state.Number("ranks") : 1;
        CheckSuits(trainer, checkpoint, state, ranks);
        TrainedWeights.Load(model, checkpoint);
        RestoreOptimizer(trainer.Optimizer, tree);
        trainer.Scaler.Restore(state.Number("loss_scale"), (int)state.Number("good_steps"));
        trainer.ResumeAt(
            NextStepHere(trainer.Plan, (long)state.Number("next_step"), (long)state.Number("steps_per_epoch")),
            TimeSpan.FromSeconds(state.Number("seconds")),
            state.Has("drawn") ? (long)state.Number("drawn") : null);

        // Checkpoints of earlier versions do not say.
        if (state.Has("epoch_loss_sum"))
            trainer.EpochLoss.Restore(state.Number("epoch_loss_sum"), (long)state.Number("epoch_loss_steps"));

        using var generator = state.Tensor("generator");
        set_rng_state(generator);
        return ranks;
    }

    /// <summary>The step of this plan that is as far in its epoch: with other ranks, a pass over the data may have
    /// another number of steps.</summary>
    private static long NextStepHere(TrainingPlan plan, long step, long stepsPerEpoch)
    {
        var (epoch, inside) = Math.DivRem(step, stepsPerEpoch);
        return (epoch * plan.StepsPerEpoch)
            + Math.Min((long)Math.Round((double)inside * plan.StepsPerEpoch / stepsPerEpoch), plan.StepsPerEpoch - 1);
    }

    /// <summary>Moments are kept by number and the position is a number of steps, so both mean something else in a run
    /// of another shape.</summary>
    private static void CheckSuits(Trainer trainer, TorchCheckpoint checkpoint, CheckpointTree state, int ranks)
    {
        if (!checkpoint.Names.SequenceEqual(trainer.Parameters.Select(parameter => parameter.Name)))
        {
            throw new InputException($"{checkpoint.Location}: is of a run that trains other weights; keep "
                + "model.lora_target_modules as they were, or name it as model.ckpt to start from its weights");
        }

        var steps = (long)state.Number("steps_per_epoch");
        if (steps != trainer.Plan.StepsPerEpoch && ranks == trainer.Ranks.Size)
        {
            throw new InputException($"{checkpoint.Location}: is of a run with {steps} steps in an epoch, this recipe "
                + $"makes {trainer.Plan.StepsPerEpoch}; keep its data, batch_size, iters_per_epoch and "
                + "accum_grad_iters, or name it as model.ckpt to start from its weights");
        }
    }

    /// <summary>Where a checkpoint stopped; before the start where it does not say.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static long NextStepOf(string path)
    {
        using var checkpoint = TorchCheckpoint.Open(path);
        var tree = new CheckpointTree(path, checkpoint.Root);
        return tree.Has(StateKey) ? (long)tree.Under(StateKey).Number("next_step") : -1;
    }

    private string Save(Trainer trainer, string name, int epoch)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        TorchCheckpointWriter.Save(path, new Dictionary<string, object?>
        {
            ["model"] = trainer.Parameters.ToDictionary(weight => weight.Name, weight => (object?)weight.Value),
            ["optimizer"] = OptimizerTree(trainer),
            ["config"] = config,
            ["scaler"] = trainer.Scaler.Enabled ? ScalerTree(trainer.Scaler) : null,
            ["epoch"] = (long)epoch,
            [StateKey] = new Dictionary<string, object?>
            {
                ["next_step"] = trainer.NextStep,
                ["steps_per_epoch"] = (long)trainer.Plan.StepsPerEpoch,
                ["ranks"] = (long)trainer.Ranks.Size,
                ["drawn"] = trainer.Drawn,
                ["seconds"] = trainer.Elapsed.TotalSeconds,
                ["loss_scale"] = trainer.Scaler.Scale,
                ["good_steps"] = (long)trainer.Scaler.GoodSteps,
                ["epoch_loss_sum"] = trainer.EpochLoss.Sum,
                ["epoch_loss_steps"] = trainer.EpochLoss.Count,
                ["generator"] = get_rng_state(),
            },
        });
        return path;
    }

    /// <summary>The state as PyTorch's GradScaler keeps it.</summary>
    private static Dictionary<string, object?> ScalerTree(LossScaler scaler) => new()
    {
        ["scale"] = scaler.Scale,
        ["growth_factor"] = LossScaler.Growth,
        ["backoff_factor"] = LossScaler.Backoff,
        ["growth_interval"] = (long)LossScaler.GrowthInterval,
        ["_growth_tracker"] = (long)scaler.GoodSteps,
    };

    /// <summary>The state as PyTorch's AdamW keeps it: parameters by number, those with weight decay first.</summary>
    private static Dictionary<string, object?> OptimizerTree(Trainer trainer)
    {
        var states = trainer.Optimizer.States;
        var decayed = states.Count(state => state.HasWeightDecay);
        return new()
        {
            ["state"] = Enumerable.Range(0, states.Count).Where(i => states[i].Steps > 0)
                .ToDictionary(i => (object)(long)i, i => (object?)new Dictionary<string, object?>
                {
                    ["step"] = tensor((float)states[i].Steps),
                    ["exp_avg"] = states[i].FirstMoment,
                    ["exp_avg_sq"] = states[i].SecondMoment,
                }),
            ["param_groups"] = new List<object?>
            {
                Group(trainer, trainer.Optimizer.WeightDecay, 0, decayed),
                Group(trainer, 0, decayed, states.Count - decayed),
            },
        };
    }

    private static Dictionary<string, object?> Group(Trainer trainer, double weightDecay, int first, int count) => new()
    {
        ["weight_decay"] = weightDecay,
        ["lr"] = trainer.Plan.StepAt(Math.Max(trainer.NextStep - 1, 0)).LearningRate,
        ["betas"] = (trainer.Optimizer.Beta1, trainer.Optimizer.Beta2),
        ["eps"] = trainer.Optimizer.Epsilon,
        ["amsgrad"] = false,
        ["maximize"] = false,
        ["foreach"] = null,
        ["capturable"] = false,
        ["differentiable"] = false,
        ["fused"] = null,
        ["params"] = Enumerable.Range(first, count).Select(i => (object?)(long)i).ToList(),
    };

    private static void RestoreOptimizer(AdamW optimizer, CheckpointTree tree)
    {
        var moments = tree.Under("optimizer").Under("state");
        var states = optimizer.States;
        for (var i = 0; i < states.Count; i++)
        {
            if (!moments.Has((long)i))
                continue;

            var entry = moments.Under((long)i);
            using var first = entry.Tensor("exp_avg");
            using var second = entry.Tensor("exp_avg_sq");
            using var steps = entry.Tensor("step");
            optimizer.Restore(states[i].Name, (long)steps.item<float>(), first, second);
        }
    }

    /// <summary>The checkpoints of a folder that were saved at the ends of epochs, by epoch.</summary>
    internal static IEnumerable<(int Epoch, string Path)> EpochCheckpoints(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "checkpoint_*.pth")
                .Select(path => (Epoch: EpochOf(path), Path: path))
                .Where(checkpoint => checkpoint.Epoch >= 0)
                .OrderBy(checkpoint => checkpoint.Epoch)
            : [];

    private static int EpochOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return int.TryParse(name["checkpoint_".Length..], out var epoch) ? epoch : -1;
    }
}
