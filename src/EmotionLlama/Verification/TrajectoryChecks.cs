using EmotionLlama.Checkpoints;
using EmotionLlama.Models;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Verification;

/// <summary>A short training run: its rates and losses, and the weights and the optimizer's moments at its end.
/// </summary>
internal sealed class TrajectoryChecks : ICheckFamily
{
    private const double RateTolerance = 1e-12;
    private const double WeightTolerance = 1e-3;

    /// <summary>A moment is a mean of the gradients, which may each be off by 1e-4 of their norm; the rest is for what
    /// the weights have drifted apart in the meantime.</summary>
    private const double MomentTolerance = 1e-3;

    /// <summary>A square is off by twice as much as its root.</summary>
    private const double SquareTolerance = 2 * MomentTolerance;

    /// <inheritdoc/>
    public string Name => "trajectory";

    /// <inheritdoc/>
    public IEnumerable<ReferenceCheck> ChecksOf(ReferenceFolder folder)
    {
        using var run = new Shared<TrajectoryRun>(() => TrajectoryRun.Start(folder));
        yield return new(
            "trajectory_lr", RateTolerance, () => run.Value.CompareRates(folder.Expected.Trajectory));
        yield return new(
            "trajectory_loss", TrajectoryRun.LossTolerance, () => run.Value.CompareLosses(folder.Expected.Trajectory));

        var path = folder.LastCheckpoint;
        var name = Path.GetFileNameWithoutExtension(path);
        yield return new($"{name}_weights", WeightTolerance, () => CompareWeights(path, run.Value));
        yield return new($"{name}_optimizer_steps", 0, () => CompareMoments(
            path, run.Value, "step", (ours, stored) => Compare.Absolute(ours.Name, ours.Steps, stored.item<float>())));
        yield return new($"{name}_first_moments", MomentTolerance, () => CompareMoments(
            path,
            run.Value,
            "exp_avg",
            (ours, stored) => Compare.RelativeNorm(ours.Name, ours.FirstMoment, stored)));
        yield return new($"{name}_second_moments", SquareTolerance, () => CompareMoments(
            path,
            run.Value,
            "exp_avg_sq",
            (ours, stored) => Compare.RelativeNorm(ours.Name, ours.SecondMoment, stored)));
    }

    private static Deviation CompareWeights(string path, TrajectoryRun run)
    {
        using var checkpoint = TorchCheckpoint.Open(path);
        var stored = PeftNames.Normalize(checkpoint);
        return Deviation.Worst(run.Parameters.Select(
            parameter => Compare.Absolute(parameter.Name, parameter.Value, stored.Read(parameter.Name))));
    }

    /// <summary>Compares what the optimizer remembers of each parameter. PyTorch numbers the parameters: those with
    /// weight decay first, each group in the order of the model.</summary>
    private static Deviation CompareMoments(
        string path, TrajectoryRun run, string key, Func<AdamWState, Tensor, Deviation> compare)
    {
        using var checkpoint = TorchCheckpoint.Open(path);
        var moments = new CheckpointTree(path, checkpoint.Root).Under("optimizer").Under("state");
        var ours = run.Moments.ToDictionary(state => state.Name);
        var numbered = checkpoint.Names
            .Select(name => new NamedTensor(PeftNames.Normalize(name), checkpoint.Read(name)))
            .OrderByDescending(AdamW.HasWeightDecay)
            .Select((parameter, number) => (parameter.Name, Number: (long)number))
            .Where(parameter => ours.ContainsKey(parameter.Name))
            .ToList();
        return numbered.Count != ours.Count
            ? Deviation.Incomparable($"{path}: has {numbered.Count} of the {ours.Count} trained parameters")
            : Deviation.Worst(numbered.Select(parameter => compare(
                ours[parameter.Name], moments.Under(parameter.Number).Tensor(key))));
    }
}
