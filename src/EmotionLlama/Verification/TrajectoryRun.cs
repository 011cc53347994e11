using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Verification;

/// <summary>The reference's training run, repeated by our trainer.</summary>
internal sealed class TrajectoryRun : IDisposable
{
    /// <summary>The largest difference of a loss that the layout allows.</summary>
    public const double LossTolerance = 5e-4;

    private readonly ReferenceModel _reference;
    private readonly Trainer _trainer;

    private TrajectoryRun(ReferenceModel reference, Trainer trainer, IReadOnlyList<StepMetrics> steps) =>
        (_reference, _trainer, Steps) = (reference, trainer, steps);

    /// <summary>What each step measured.</summary>
    public IReadOnlyList<StepMetrics> Steps { get; }

    /// <summary>The trained weights after the last step.</summary>
    public IReadOnlyList<NamedTensor> Parameters => _trainer.Parameters;

    /// <summary>The optimizer's moments after the last step.</summary>
    public IReadOnlyList<AdamWState> Moments => _trainer.Optimizer.States;

    /// <summary>Trains from the first checkpoint on, with the settings that the last one holds.</summary>
    /// <remarks>The program that wrote the reference took the gradients of <c>grads.safetensors</c> and did not clear
    /// them before the first step, which therefore learns from both batches. That is what is repeated here; where it
    /// does not fit, as in a folder whose writer did clear them, the clean run counts if it comes closer.</remarks>
    public static TrajectoryRun Start(ReferenceFolder folder)
    {
        using var samples = ReferenceSamples.Read(folder);
        var run = Train(folder, samples, leftGradients: true);
        var deviation = run.CompareLosses(folder.Expected.Trajectory).Error;
        if (deviation <= LossTolerance)
            return run;

        var clean = Train(folder, samples, leftGradients: false);
        var (better, other) = clean.CompareLosses(folder.Expected.Trajectory).Error < deviation
            ? (clean, run)
            : (run, clean);
        other.Dispose();
        return better;
    }

    /// <summary>The largest difference of a loss.</summary>
    public Deviation CompareLosses(IReadOnlyList<ExpectedStep> expected) => CompareSteps(
        expected, (step, wanted, i) => Compare.Absolute($"trajectory[{i}].loss", step.Loss, wanted.Loss));

    /// <summary>The largest relative difference of a learning rate.</summary>
    public Deviation CompareRates(IReadOnlyList<ExpectedStep> expected) => CompareSteps(
        expected, (step, wanted, i) => Compare.Relative($"trajectory[{i}].lr", step.LearningRate, wanted.Lr));

    /// <inheritdoc/>
    public void Dispose()
    {
        _trainer.Dispose();
        _reference.Dispose();
    }

    private static TrajectoryRun Train(ReferenceFolder folder, ReferenceSamples samples, bool leftGradients)
    {
        var recipe = new Recipe { Model = new ModelRecipe(), Run = Settings(folder) };
        var reference = ReferenceModel.Build(folder, folder.Find(ReferenceFolder.FirstCheckpoint));
        var trainer = new Trainer(
            reference.Model, recipe, new TrajectoryBatches(reference, samples, folder.Expected.Trajectory));
        var steps = new StepRecorder();
        var run = new TrajectoryRun(reference, trainer, steps.Steps);
        try
        {
            if (leftGradients)
                reference.AccumulateGradients(samples, folder.Expected.Batch);

            trainer.Run(steps);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private Deviation CompareSteps(
        IReadOnlyList<ExpectedStep> expected, Func<StepMetrics, ExpectedStep, int, Deviation> compare) =>
        Steps.Count != expected.Count || expected.Count == 0
            ? Deviation.Incomparable($"expected.json has {expected.Count} steps under trajectory, the settings in the "
                + $"last checkpoint make {Steps.Count}")
            : Deviation.Worst(Steps.Zip(expected).Select((pair, i) => compare(pair.First, pair.Second, i)));

    private static RunRecipe Settings(ReferenceFolder folder)
    {
        var path = folder.LastCheckpoint;
        using var checkpoint = TorchCheckpoint.Open(path);
        var run = new CheckpointTree(path, checkpoint.Root).Under("config").Under("run");
        var defaults = new RunRecipe();
        return defaults with
        {
            MaxEpoch = (int)run.Number("max_epoch"),
            ItersPerEpoch = (int)run.Number("iters_per_epoch"),
            InitLr = run.Number("init_lr"),
            MinLr = run.Number("min_lr"),
            WarmupLr = run.Has("warmup_lr") ? run.Number("warmup_lr") : null,
            WarmupSteps = (int)run.Number("warmup_steps"),
            WeightDecay = run.Number("weight_decay"),
            Beta2 = run.Has("beta2") ? run.Number("beta2") : defaults.Beta2,
        };
    }

    private sealed class StepRecorder : ITrainingObserver
    {
        public List<StepMetrics> Steps { get; } = [];

        public void OnStep(StepMetrics metrics) => Steps.Add(metrics);
    }

    private sealed class TrajectoryBatches(
        ReferenceModel reference, ReferenceSamples samples, IReadOnlyList<ExpectedStep> steps) : ITrainingData
    {
        public int BatchesPerPass => steps.Count;

        public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken) =>
            steps.Skip((int)first).Select(step => reference.Pack(samples, step.Batch));
    }
}
