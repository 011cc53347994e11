using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
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
        Optimizer = new AdamW(Parameters, recipe.Run.WeightDecay, beta2: recipe.Run.Beta2);
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
        var throughput = new Throughput();
        var before = Elapsed;
        var skippedInARow = 0;
        _firstStep = NextStep;

        // Reading is not cancelled, because the step under way is to be finished.
        using var batches = _data.Read(Plan.StepAt(NextStep).FirstBatch, CancellationToken.None).GetEnumerator();
        foreach (var step in Plan.StepsFrom(NextStep))
        {
            BeginStage(step, observer);
            throughput.Continue();
            if (step.FirstIteration == 0)
                EpochLoss.Restore(sum: 0, count: 0);

            var rows = TakeRows(batches, step.Iterations);
            double? scale = Scaler.Enabled ? Scaler.Scale : null;
            var (loss, norm) = TakeStep(rows, step.LearningRate);
            NextStep = step.Step + 1;
            Elapsed = before + clock.Elapsed;
            EpochLoss.Add(loss);

            skippedInARow = double.IsFinite(norm) ? 0 : skippedInARow + 1;
            throughput.Add(rows.Sum(row => row.Names.Count), rows.Sum(row => row.Tokens));
            observer.OnStep(Measure(step, rows, loss, norm, scale, throughput));
            if (skippedInARow == MostSkippedInARow)
            {
                throw new InputException($"{MostSkippedInARow} steps in a row had gradients that are not finite; "
                    + "lower run.init_lr, set run.max_grad_norm, or use amp: bf16");
            }

            if (Save(step, cancellationToken.IsCancellationRequested) is { } path)
                observer.OnCheckpoint(path);

            if (step.EndsEpoch && EndEpoch(step) == EpochDecision.Stop)
                return;

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Adds up the gradients of a step's rows, without changing any weight.</summary>
    /// <param name="rows">The step's micro-batches.</param>
    /// <returns>The mean loss of the step, normalized as the recipe says.</returns>
    public double AccumulateGradients(IReadOnlyList<PackedBatch> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        long answerTokens = rows.Sum(row => row.AnswerTokens);
        var total = 0.0;
        foreach (var row in rows)
        {
            using var scope = NewDisposeScope();
            var share = _run.LossNormalization == LossNormalization.Token
                ? 1.0 / answerTokens
                : 1.0 / ((double)row.AnswerTokens * rows.Count);
            var loss = _model.AccumulateGradients(
                row, share * Scaler.Scale, training: true, _checkpoint);
            total += loss.item<float>() * share;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    private (double Loss, double GradientNorm) TakeStep(IReadOnlyList<PackedBatch> rows, double learningRate)
    {
        try
        {
            var loss = AccumulateGradients(rows);
            var norm = Gradients.UnscaleAndClip(Parameters, Scaler.Scale, _run.MaxGradNorm);
            var finite = double.IsFinite(norm);
            if (finite)
                Optimizer.Step(learningRate);

            Scaler.Update(finite);
            return (loss, norm);
        }
        finally
        {
            Optimizer.ClearGradients();
            foreach (var row in rows)
                row.Dispose();
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

    private StepMetrics Measure(
        PlannedStep step,
        IReadOnlyList<PackedBatch> rows,
        double loss,
        double norm,
        double? scale,
        Throughput throughput)
    {
        return new StepMetrics
        {
            Step = step.Step + 1,
            Epoch = step.Epoch,
            Iteration = step.FirstIteration + step.Iterations - 1,
            Loss = loss,
            LearningRate = step.LearningRate,
            GradientNorm = norm,
            AnswerTokens = rows.Sum(row => row.AnswerTokens),
            Tokens = rows.Sum(row => row.Tokens),
            Samples = rows.Sum(row => row.Names.Count),
            TokensPerSecond = throughput.TokensPerSecond,
            SamplesPerSecond = throughput.SamplesPerSecond,
            MemoryBytes = Environment.WorkingSet,
            Skipped = !double.IsFinite(norm),
            LossScale = scale,
            ElapsedSeconds = Elapsed.TotalSeconds,
        };
    }

    private string? Save(PlannedStep step, bool stopping)
    {
        if (_store is null)
            return null;

        if (step.EndsEpoch)
            return _store.SaveEpoch(this, step.Epoch);

        var due = _run.SaveEverySteps > 0 && NextStep % _run.SaveEverySteps == 0;
        return stopping || due ? _store.SaveLatest(this, step.Epoch) : null;
    }
}
