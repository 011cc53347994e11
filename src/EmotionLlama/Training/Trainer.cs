using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Distributed;
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
    private readonly GradientExchange _exchange;
    private readonly Stopwatch _running = new();
    private readonly Stopwatch _waiting = new();
    private Throughput _throughput = new();
    private (long OnGpu, long OfProcess) _memory;
    private int _skippedInARow;
    private long _firstStep;

    /// <summary>Prepares a run; nothing is read yet.</summary>
    /// <param name="model">The model; its trained weights change.</param>
    /// <param name="recipe">How to train.</param>
    /// <param name="data">The micro-batches.</param>
    /// <param name="store">Where checkpoints go; null saves none.</param>
    /// <param name="ranks">The processes that train together; null where there is one.</param>
    public Trainer(
        EmotionLlamaModel model,
        Recipe recipe,
        ITrainingData data,
        CheckpointStore? store = null,
        IProcessGroup? ranks = null)
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
        Ranks = ranks ?? new SingleProcess();
        _exchange = new GradientExchange(Ranks, model.Trained);
    }

    /// <summary>The steps of the run.</summary>
    public TrainingPlan Plan { get; }

    /// <summary>The weights that are trained.</summary>
    public IReadOnlyList<NamedTensor> Parameters { get; }

    /// <summary>The optimizer, with its moments.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The loss scaler.</summary>
    public LossScaler Scaler { get; }

    /// <summary>The processes that train together.</summary>
    public IProcessGroup Ranks { get; }

    /// <summary>Whether the ranks exchange gradients while the backward pass goes on; known once <see cref="Run"/> has
    /// begun.</summary>
    internal bool ExchangesBesideBackward => _exchange.LayerDone is not null;

    /// <summary>The next optimizer step, counted from 0.</summary>
    public long NextStep { get; private set; }

    /// <summary>Micro-batches that all ranks together have drawn so far, over all resumptions.</summary>
    public long Drawn { get; private set; }

    /// <summary>Time spent training so far, over all resumptions.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Seconds of <see cref="Run"/> so far, with evaluations and checkpoints.</summary>
    public double RunSeconds => _running.Elapsed.TotalSeconds;

    /// <summary>Seconds of <see cref="Run"/> so far in which the next batch was not there yet. On a GPU they cost less
    /// than that, because it computes meanwhile what was queued before.</summary>
    public double DataWaitSeconds => _waiting.Elapsed.TotalSeconds;

    /// <summary>Loss of the steps of the epoch under way, or of the one that has just ended.</summary>
    public LossMean EpochLoss { get; } = new();

    /// <summary>Goes on from a step, after weights, moments and the generator were restored.</summary>
    /// <param name="step">The next optimizer step, counted from 0.</param>
    /// <param name="elapsed">Time spent training before.</param>
    /// <param name="drawn">Micro-batches that all ranks together had drawn; null where they were as many ranks as now.
    /// </param>
    public void ResumeAt(long step, TimeSpan elapsed, long? drawn = null) =>
        (NextStep, Elapsed, Drawn) = (step, elapsed, drawn ?? Plan.BatchesBefore(step) * Ranks.Size);

    /// <summary>Called after each epoch, once it is saved, for evaluation and sample answers; says whether the run goes
    /// on. Whatever it draws from libtorch's generator, training goes on as if it had not, because a resumed run does
    /// not call it again.</summary>
    public Func<PlannedStep, EpochDecision>? EpochEnded { get; set; }

    /// <summary>Trains from <see cref="NextStep"/> to the end of the plan, or to the end of the epoch after which
    /// <see cref="EpochEnded"/> stops it.</summary>
    /// <param name="observer">Hears of steps and checkpoints.</param>
    /// <param name="cancellationToken">Finishes the step under way, saves, and throws; where there are several ranks, all
    /// do.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is saved.</exception>
    /// <exception cref="InputException">A sample cannot be read, or the loss is no longer finite.</exception>
    /// <exception cref="RankFailureException">Another rank has failed.</exception>
    public void Run(ITrainingObserver observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        observer.OnTraining(Plan.Steps, NextStep);
        if (NextStep >= Plan.Steps)
            return;

        var before = Elapsed - _running.Elapsed;
        _throughput = new Throughput();
        _skippedInARow = 0;
        _firstStep = NextStep;

        // The same on all ranks already, or rank 0's where a file or a library differs.
        Ranks.Broadcast(_model.Trained.Values);
        _exchange.MeasureLink(_model.Device);

        // Reading is not cancelled, because the step under way is to be finished.
        using var batches = _data.Read(Drawn, CancellationToken.None).GetEnumerator();
        StepUnderWay? underWay = null;
        _running.Start();
        try
        {
            foreach (var step in Plan.StepsFrom(NextStep))
            {
                BeginStage(step, observer);
                _throughput.Continue();
                var queued = Queue(step, TakeRows(batches, step.Iterations), cancellationToken.IsCancellationRequested);
                Settle(ref underWay, observer);
                (underWay, NextStep, Elapsed) = (queued, step.Step + 1, before + _running.Elapsed);
                Drawn += (long)step.Iterations * Ranks.Size;

                // A GPU computes one step while the next one is queued; what needs a step's result waits for it.
                if (!queued.Numbers.IsLate || Scaler.Enabled)
                    Settle(ref underWay, observer);

                // Looked at once: a stop that comes between saving and throwing has to wait for the next step. Several
                // ranks stop together, so what was agreed on before the step counts.
                var stopping = Ranks.Size > 1 ? queued.Totals.IsStopping : cancellationToken.IsCancellationRequested;
                if (IsDue(step, stopping))
                {
                    Settle(ref underWay, observer);
                    if (_store is not null)
                        observer.OnCheckpoint(Save(step));
                }

                if (step.EndsEpoch && EndEpoch(step) == EpochDecision.Stop)
                    return;

                if (stopping && Ranks.Size > 1)
                {
                    // Nobody ends before the checkpoint is whole.
                    Ranks.Barrier();
                    throw new OperationCanceledException(cancellationToken);
                }

                if (Ranks.Size == 1 && (stopping || step.EndsEpoch))
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _running.Stop();
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
        var shares = SharesOf(rows, StepTotals.Of(new SingleProcess(), rows, isStopping: false));
        var losses = Backpropagate(rows, shares, layerDone: null);
        return losses.Zip(shares, (loss, share) => loss.item<float>() * share).Sum();
    }

    /// <inheritdoc/>
    public void Dispose() => Optimizer.Dispose();

    /// <summary>Queues the gradients of each row.</summary>
    /// <returns>Sum of the cross entropies of each row, where they are computed.</returns>
    private List<Tensor> Backpropagate(
        IReadOnlyList<PackedBatch> rows, double[] shares, Action<int>? layerDone) =>
    [
        .. rows.Select((row, i) => _model.AccumulateGradients(
            row, shares[i] * Scaler.Scale, training: true, _checkpoint, i == rows.Count - 1 ? layerDone : null)),
    ];

    /// <summary>What the sum of each row's cross entropies is multiplied by in the loss of its step.</summary>
    private double[] SharesOf(IReadOnlyList<PackedBatch> rows, StepTotals totals) =>
    [
        .. rows.Select(row => _run.LossNormalization == LossNormalization.Token
            ? 1.0 / totals.AnswerTokens
            : 1.0 / ((double)row.AnswerTokens * rows.Count * Ranks.Size)),
    ];

    /// <summary>Queues a step: gradients, and the change of the weights by them.</summary>
    private StepUnderWay Queue(PlannedStep step, IReadOnlyList<PackedBatch> rows, bool isStopping)
    {
        try
        {
            using var scope = NewDisposeScope();
            var totals = StepTotals.Of(Ranks, rows, isStopping);
            var shares = SharesOf(rows, totals);
            SeedDropout(step);
            var losses = Backpropagate(rows, shares, _exchange.LayerDone);
            var gradients = _model.Trained.CompleteGradients()!;
            _exchange.Finish(gradients);
            if (Ranks.Size > 1)
                (losses, shares) = ([SumOverRanks(losses, shares)], [1]);

            var norm = gradients.norm();
            Optimizer.Step(step.LearningRate, norm, Scaler.Scale, _run.MaxGradNorm);
            return new StepUnderWay(
                step, shares, new LateNumbers(stack([.. losses, norm])), Scaler.Enabled ? Scaler.Scale : null, totals);
        }
        finally
        {
            _model.Trained.ClearGradients();
            foreach (var row in rows)
                row.Dispose();
        }
    }

    /// <summary>Each rank has dropout of its own, a function of the step, so that a resumed run has it again, whatever the
    /// number of ranks it had. One process goes on with the generator that its checkpoint keeps.</summary>
    private void SeedDropout(PlannedStep step)
    {
        if (Ranks.Size > 1)
            random.manual_seed((long)(SplitMix64.Mix(
                SplitMix64.Mix((ulong)_run.Seed, (ulong)step.Step), (ulong)Ranks.Rank) >> 1));
    }

    /// <summary>The loss of the step, a float32 scalar.</summary>
    private Tensor SumOverRanks(List<Tensor> losses, double[] shares)
    {
        using var _ = no_grad();
        var loss = zeros([1], ScalarType.Float32, _model.Device);
        foreach (var (sum, share) in losses.Zip(shares))
            loss.AddInPlace(sum.Times(share));

        Ranks.AllReduceSum(loss);
        return loss[0];
    }

    /// <summary>Reads the numbers of a step, and reports it.</summary>
    private void Settle(ref StepUnderWay? underWay, ITrainingObserver observer)
    {
        if (underWay is not { } step)
            return;

        underWay = null;
        float[] numbers;
        using (step.Numbers)
        using (Ranks.Watch($"step {step.Step.Step + 1}"))
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
        _throughput.Add(step.Totals.Samples, step.Totals.Tokens);
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

    private List<PackedBatch> TakeRows(IEnumerator<PackedBatch> batches, int count)
    {
        _waiting.Start();
        var rows = new List<PackedBatch>(count);
        while (rows.Count < count && batches.MoveNext())
            rows.Add(batches.Current);

        _waiting.Stop();
        return rows;
    }

    /// <summary>Asking for memory takes time, so it is looked at for the steps that are logged.</summary>
    private void MeasureMemory(long step)
    {
        if (step == 1 || step % _run.LogFreq == 0 || _memory.OfProcess == 0)
            _memory = (GpuMemory.InUse(_model.Device), Environment.WorkingSet);
    }

    private StepMetrics Measure(StepUnderWay step, double loss, double norm)
    {
        MeasureMemory(step.Step.Step + 1);
        return MetricsOf(step, loss, norm);
    }

    private StepMetrics MetricsOf(StepUnderWay step, double loss, double norm) => new()
    {
        Step = step.Step.Step + 1,
        Epoch = step.Step.Epoch,
        Iteration = step.Step.FirstIteration + step.Step.Iterations - 1,
        Loss = loss,
        LearningRate = step.Step.LearningRate,
        GradientNorm = norm,
        AnswerTokens = step.Totals.AnswerTokens,
        Tokens = step.Totals.Tokens,
        Samples = step.Totals.Samples,
        TokensPerSecond = _throughput.TokensPerSecond,
        SamplesPerSecond = _throughput.SamplesPerSecond,
        MemoryBytes = _memory.OnGpu > 0 ? _memory.OnGpu : _memory.OfProcess,
        ProcessBytes = _memory.OfProcess,
        Skipped = !double.IsFinite(norm),
        LossScale = step.LossScale,
        ElapsedSeconds = Elapsed.TotalSeconds,
        DataWaitSeconds = DataWaitSeconds,
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
        StepTotals Totals);
}
