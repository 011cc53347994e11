using System.Globalization;
using EmotionLlama.Configuration;

namespace EmotionLlama.Training;

/// <summary>Which iterations a run consists of, how they make optimizer steps, and the rate of each.</summary>
public sealed class TrainingPlan
{
    private readonly IReadOnlyList<(StageRecipe Stage, LearningRate Rate)> _stages;

    /// <summary>Plans a run.</summary>
    /// <param name="run">The recipe's <c>run</c> section.</param>
    /// <param name="iterationsPerPass">Micro-batches in one pass over the data: the length of an epoch where the recipe
    /// does not give one.</param>
    public TrainingPlan(RunRecipe run, int iterationsPerPass)
    {
        ArgumentNullException.ThrowIfNull(run);
        Epochs = run.MaxEpoch;
        IterationsPerEpoch = run.ItersPerEpoch ?? iterationsPerPass;
        Accumulation = run.AccumGradIters;
        _stages = [.. StagesOf(run).Select(stage => (stage, RateOf(run, stage)))];
    }

    /// <summary>Number of epochs.</summary>
    public int Epochs { get; }

    /// <summary>Iterations (micro-batches) in an epoch.</summary>
    public int IterationsPerEpoch { get; }

    /// <summary>Iterations that make an optimizer step; the last step of an epoch may have fewer.</summary>
    public int Accumulation { get; }

    /// <summary>Optimizer steps in an epoch.</summary>
    public int StepsPerEpoch => (IterationsPerEpoch + Accumulation - 1) / Accumulation;

    /// <summary>Optimizer steps in the whole run.</summary>
    public long Steps => (long)Epochs * StepsPerEpoch;

    /// <summary>The optimizer steps from one on, to the end of the run.</summary>
    /// <param name="first">The first step, counted from 0.</param>
    public IEnumerable<PlannedStep> StepsFrom(long first)
    {
        for (var step = first; step < Steps; step++)
            yield return StepAt(step);
    }

    /// <summary>Micro-batches that a rank has drawn before a step.</summary>
    /// <param name="step">Counted from 0; the number of steps is the end of the run.</param>
    public long BatchesBefore(long step) =>
        (step / StepsPerEpoch * IterationsPerEpoch) + (step % StepsPerEpoch * Accumulation);

    /// <summary>The epoch of a step; the last one where the run is over.</summary>
    /// <param name="step">Counted from 0.</param>
    public int EpochOf(long step) => (int)(Math.Min(step, Steps - 1) / StepsPerEpoch);

    /// <summary>One optimizer step.</summary>
    /// <param name="step">Counted from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    public PlannedStep StepAt(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, Steps);
        var epoch = (int)(step / StepsPerEpoch);
        var first = (int)(step % StepsPerEpoch) * Accumulation;
        var count = Math.Min(Accumulation, IterationsPerEpoch - first);
        var (stage, rate) = _stages.First(candidate => epoch < candidate.Stage.EndEpoch);
        var begins = first == 0 && epoch == stage.FirstEpoch;
        return new PlannedStep
        {
            Step = step,
            Epoch = epoch,
            FirstIteration = first,
            Iterations = count,
            FirstBatch = ((long)epoch * IterationsPerEpoch) + first,
            LearningRate = rate.At(epoch - stage.FirstEpoch, first + count - 1),
            Stage = stage.Name,
            BeginsStage = begins,
            ResetsOptimizer = begins && stage.Optimizer == StageOptimizer.Reset,
            EndsEpoch = first + count == IterationsPerEpoch,
        };
    }

    /// <summary>The sub-stage of a step in one line: its name, epochs and rates; null where the run has none.</summary>
    /// <param name="step">Counted from 0.</param>
    public string? DescribeStage(long step)
    {
        var epoch = EpochOf(step);
        var (stage, rate) = _stages.First(candidate => epoch < candidate.Stage.EndEpoch);
        if (stage.Name.Length == 0)
            return null;

        var schedule = rate.Schedule == LearningRateSchedule.Constant || rate.Initial == rate.Minimum
            ? $"rate {Rate(rate.Initial)}"
            : $"rate {Rate(rate.Initial)} to {Rate(rate.Minimum)}";
        var warmup = rate.WarmupSteps > 0
            ? string.Create(CultureInfo.InvariantCulture, $" after {rate.WarmupSteps} iterations of warm-up")
            : "";
        var optimizer = stage.Optimizer == StageOptimizer.Reset ? "starts anew" : "goes on";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"stage {stage.Name}: epochs {stage.FirstEpoch} to {stage.EndEpoch - 1}, ")
            + $"{schedule}{warmup}, AdamW {optimizer}";
    }

    private static string Rate(double rate) => rate.ToString("0.###e-0", CultureInfo.InvariantCulture);

    private static IReadOnlyList<StageRecipe> StagesOf(RunRecipe run) => run.Stages.Count > 0
        ? run.Stages
        : [new StageRecipe { Name = "", FirstEpoch = 0, EndEpoch = run.MaxEpoch }];

    private LearningRate RateOf(RunRecipe run, StageRecipe stage)
    {
        var initial = stage.InitLr ?? run.InitLr;
        return new LearningRate
        {
            Schedule = run.LrSched,
            Initial = initial,
            Minimum = stage.MinLr ?? run.MinLr,
            WarmupStart = stage.WarmupLr ?? run.WarmupLr ?? initial,
            WarmupSteps = stage.WarmupSteps ?? (stage.FirstEpoch == 0 ? run.WarmupSteps : 0),
            Epochs = stage.EndEpoch - stage.FirstEpoch,
            IterationsPerEpoch = IterationsPerEpoch,
            DecayRate = run.LrDecayRate,
        };
    }
}
