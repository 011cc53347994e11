using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>
/// Instruction tuning: the training loop. It owns the optimizer and the loss scaler, saves through a
/// <see cref="CheckpointStore"/>, and goes on exactly where a checkpoint stopped.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int MostSkippedInARow = 50;

    private readonly EmotionLlamaModel _model;
    private readonly RunRecipe _run;
    private readonly ITrainingData _data;
    private readonly CheckpointStore? _store;
    private readonly GradCheckpoint _checkpoint;
    private Throughput _throughput = new();
    private int _skippedInARow;
    private long _firstStep;

    /// <summary>Prepares a run; nothing is read yet.</summary>
    /// <param name="model">The model; its trained weights change.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="data">The micro-batches.</param>
    /// <param name="store">Where checkpoints go; null saves none.</param>
    public Trainer(EmotionLlamaModel model, Recipe recipe, ITrainingData data, CheckpointStore? store = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        _model = model;
        _run = recipe.Run;
        _data = data;
        _store = store;
        _checkpoint = recipe.Model.UseGradCheckpoint;
        Plan = new TrainingPlan(recipe.Run, data.BatchesPerPass);
        Parameters = model.TrainableParameters;
        Optimizer = new AdamW(model.Trained, recipe.Run.WeightDecay, beta2: recipe.Run.Beta2);
        Scaler = new LossScaler(enabled: model.Llama.Dtype == ScalarType.Float16);
    }

    /// <summary>The steps of the run.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>The weights that are trained.</summary>
    public IReadOnlyList<NamedTensor> Parameters { get; }

    /// <summary>The optimizer, with its moments.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The loss scaler.</summary>
    public LossScaler Scaler { get; }

    /// <summary>The next optimizer step, counted from 0.</summary>
    public long NextStep { get; private set; }

    /// <summary>Time spent training so far, over all resumptions.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Loss of the steps of the epoch under way, or of the one that has just ended.</summary>
    public LossMean EpochLoss { get; } = new();

    /// <summary>Goes on from a step, after weights, moments and the generator were restored.</summary>
    /// <param name="step">The next optimizer step, counted from 0.</param>
    /// <param name="elapsed">Time spent training before.</param>
    public void ResumeAt(long step, TimeSpan elapsed) => (NextStep, Elapsed) = (step, elapsed);

    /// <summary>Called after each epoch, once it is saved, for evaluation and sample answers; says whether the run goes
    /// on. Whatever it draws from libtorch's generator, training goes on as if it had not, because a resumed run does
    /// not call it again.</summary>
    public Func<PlannedStep, EpochDecision>? EpochEnded { get; set; }

    /// <summary>Trains from <see cref="NextStep"/> to the end of the plan, or to the end of the epoch after which
    /// <see cref="EpochEnded"/> stops it.</summary>
    /// <param name="observer">Hears of steps and checkpoints.</param>
    /// <param name="cancellationToken">Finishes the step under way, saves, and throws.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is saved.</exception>
    /// <exception cref="InputException">A sample cannot be read, or the loss is no longer finite.</exception>
    public void Run(ITrainingObserver observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.OnTraining(Plan.Steps, NextStep);
        if (NextStep >= Plan.Steps)
            return;

        var clock = Stopwatch.StartNew();
        var before = Elapsed;
        _throughput = new Throughput();
        _skippedInARow = 0;
        _firstStep = NextStep;

        // Reading is not cancelled, because the step under way is to be finished.
        using var batches = _data.Read(Plan.StepAt(NextStep).FirstBatch, CancellationToken.None).GetEnumerator();
        StepUnderWay? underWay = null;
        try
        {
            foreach (var step in Plan.StepsFrom(NextStep))
            {
                BeginStage(step, observer);
                _throughput.Continue();
                var queued = Queue(step, TakeRows(batches, step.Iterations));
                Settle(ref underWay, observer);
                (underWay, NextStep, Elapsed) = (queued, step.Step + 1, before + clock.Elapsed);

                // A GPU computes one step while the next one is queued; what needs a step's result waits for it.
                if (!queued.Numbers.IsLate || Scaler.Enabled)
                    Settle(ref underWay, observer);

                // Looked at once: a stop that comes between saving and throwing has to wait for the next step.
                var stopping = cancellationToken.IsCancellationRequested;
                if (IsDue(step, stopping))
                {
                    Settle(ref underWay, observer);
                    if (_store is not null)
                        observer.OnCheckpoint(Save(step));
                }

                if (step.EndsEpoch && EndEpoch(step) == EpochDecision.Stop)
                    return;

                if (stopping || step.EndsEpoch)
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            underWay?.Numbers.Dispose();
        }
    }

    /// <summary>Adds up the gradients of a step's rows, without changing any weight.</summary>
    /// <param name="rows">The step's micro-batches.</param>
    /// <returns>The mean loss of the step, normalized as the recipe says.</returns>
    public double AccumulateGradients(IReadOnlyList<PackedBatch> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        return rows.Zip(Backpropagate(rows), (row, loss) => loss.item<float>() * ShareOf(row, rows)).Sum();
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    /// <summary>Queues the gradients of each row.</summary>
    /// <returns>Sum of the cross entropies of each row, where they are computed.</returns>
    private List<Tensor> Backpropagate(IReadOnlyList<PackedBatch> rows) =>
    [
        .. rows.Select(row => _model.AccumulateGradients(
            row, ShareOf(row, rows) * Scaler.Scale, training: true, _checkpoint)),
    ];

    /// <summary>What the sum of a row's cross entropies is multiplied by in the loss of its step.</summary>
    private double ShareOf(PackedBatch row, IReadOnlyList<PackedBatch> rows) =>
        _run.LossNormalization == LossNormalization.Token
            ? 1.0 / rows.Sum(other => other.AnswerTokens)
            : 1.0 / ((double)row.AnswerTokens * rows.Count);

    /// <summary>Queues a step: gradients, and the change of the weights by them.</summary>
    private StepUnderWay Queue(PlannedStep step, IReadOnlyList<PackedBatch> rows)
    {
        try
        {
            using var scope = NewDisposeScope();
            var losses = Backpropagate(rows);
            var norm = _model.Trained.CompleteGradients()!.norm();
            Optimizer.Step(step.LearningRate, norm, Scaler.Scale, _run.MaxGradNorm);
            return new StepUnderWay(
                step,
                [.. rows.Select(row => ShareOf(row, rows))],
                new LateNumbers(stack([.. losses, norm])),
                Scaler.Enabled ? Scaler.Scale : null,
                rows.Sum(row => row.Names.Count),
                rows.Sum(row => row.Tokens),
                rows.Sum(row => row.AnswerTokens));
        }
        finally
        {
            _model.Trained.ClearGradients();
            foreach (var row in rows)
                row.Dispose();
        }
    }

    /// <summary>Reads the numbers of a step, and reports it.</summary>
    private void Settle(ref StepUnderWay? underWay, ITrainingObserver observer)
    {
        if (underWay is not { } step)
            return;

        underWay = null;
        float[] numbers;
        using (step.Numbers)
            numbers = step.Numbers.Read();

        var loss = numbers.Zip(step.Shares, (sum, share) => sum * share).Sum();
        var norm = numbers[^1] / Scaler.Scale;
        var isFinite = double.IsFinite(norm);
        if (!isFinite)
            Optimizer.TakeBackCount();

        Scaler.Update(isFinite);
        if (step.Step.FirstIteration == 0)
            EpochLoss.Restore(sum: 0, count: 0);

        EpochLoss.Add(loss);
        _skippedInARow = isFinite ? 0 : _skippedInARow + 1;
        _throughput.Add(step.Samples, step.Tokens);
        observer.OnStep(Measure(step, loss, norm));
        if (_skippedInARow == MostSkippedInARow)
        {
            throw new InputException($"{MostSkippedInARow} steps in a row had gradients that are not finite; "
                + "lower run.init_lr, set run.max_grad_norm, or use amp: bf16");
        }
    }

    /// <summary>Says where a sub-stage begins, or is gone on with, and lets the optimizer start anew where it shall. A
    /// run that is resumed right there has restored the moments of the stage before, and loses them as well.</summary>
    private void BeginStage(PlannedStep step, ITrainingObserver observer)
    {
        if (step.ResetsOptimizer)
            Optimizer.Reset();

        if ((step.BeginsStage || step.Step == _firstStep) && Plan.DescribeStage(step.Step) is { } stage)
            observer.OnMessage(step.BeginsStage ? stage : $"in {stage}");
    }

    private EpochDecision EndEpoch(PlannedStep step)
    {
        using var _ = new KeptGenerator();
        return EpochEnded?.Invoke(step) ?? EpochDecision.GoOn;
    }

    private static List<PackedBatch> TakeRows(IEnumerator<PackedBatch> batches, int count)
    {
        var rows = new List<PackedBatch>(count);
        while (rows.Count < count && batches.MoveNext())
            rows.Add(batches.Current);

        return rows;
    }

    private StepMetrics Measure(StepUnderWay step, double loss, double norm) => new()
    {
        Step = step.Step.Step + 1,
        Epoch = step.Step.Epoch,
        Iteration = step.Step.FirstIteration + step.Step.Iterations - 1,
        Loss = loss,
        LearningRate = step.Step.LearningRate,
        GradientNorm = norm,
        AnswerTokens = step.AnswerTokens,
        Tokens = step.Tokens,
        Samples = step.Samples,
        TokensPerSecond = _throughput.TokensPerSecond,
        SamplesPerSecond = _throughput.SamplesPerSecond,
        MemoryBytes = Environment.WorkingSet,
        Skipped = !double.IsFinite(norm),
        LossScale = step.LossScale,
        ElapsedSeconds = Elapsed.TotalSeconds,
    };

    private bool IsDue(PlannedStep step, bool stopping) =>
        step.EndsEpoch || stopping || (_run.SaveEverySteps > 0 && (step.Step + 1) % _run.SaveEverySteps == 0);

    private string Save(PlannedStep step) => step.EndsEpoch
        ? _store!.SaveEpoch(this, step.Epoch)
        : _store!.SaveLatest(this, step.Epoch);

    /// <summary>A step that is queued, and may not be computed yet.</summary>
    private sealed record StepUnderWay(
        PlannedStep Step,
        IReadOnlyList<double> Shares,
        LateNumbers Numbers,
        double? LossScale,
        int Samples,
        int Tokens,
        int AnswerTokens);
}
