using System.Diagnostics;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Distributed;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;
using EmotionLlama.Training;
using TorchSharp;

namespace EmotionLlama.Workflows;

/// <summary>A training run from a recipe to a tuned model: loads, logs, trains, saves, and goes on where an earlier run
/// stopped.</summary>
public static class TrainingWorkflow
{
    /// <summary>The resolved recipe in the output folder.</summary>
    public const string RecipeName = "recipe.yaml";

    private const int SampleAnswerTokens = 200;

    /// <summary>Runs a recipe. What can be found wrong without the model is found before it is read.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="resume">A checkpoint of ours to go on from; null starts anew.</param>
    /// <param name="observer">Hears of steps, answers and checkpoints, besides the logs in the output folder.</param>
    /// <param name="answerer">Answers before the run and after each epoch; null answers about training clips as the
    /// recipe says.</param>
    /// <param name="ranks">The processes that train together; null where there is one. Rank 0 writes.</param>
    /// <param name="cancellationToken">Finishes the step under way, saves and throws.</param>
    /// <exception cref="InputException">Something in the recipe or its files is wrong, or the output folder has the
    /// checkpoints of an earlier run.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is saved.</exception>
    /// <exception cref="RankFailureException">Another rank has failed.</exception>
    public static TrainingOutcome Run(
        TrainingSession session,
        string? resume,
        ITrainingObserver observer,
        SampleAnswerer? answerer = null,
        IProcessGroup? ranks = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(observer);
        return MemoryAdvice.Guard(
            session.Recipe,
            MemoryUse.Training,
            () => RunWhole(session, resume, observer, answerer, ranks ?? new SingleProcess(), cancellationToken));
    }

    private static TrainingOutcome RunWhole(
        TrainingSession session,
        string? resume,
        ITrainingObserver observer,
        SampleAnswerer? answerer,
        IProcessGroup ranks,
        CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var writes = ranks.Rank == 0;
        var recipe = session.Recipe;
        resume ??= recipe.Run.ResumeCkptPath;
        session.EnsureReadable(cancellationToken);
        var folder = writes ? OutputFolder.Open(recipe.Run.OutputDir) : Path.GetFullPath(recipe.Run.OutputDir);
        CheckStart(folder, resume);
        if (ranks.Size > 1)
            RankAgreement.Check(ranks, RunFacts.Of(recipe, resume));

        using var vision = VisionCaching.Prepare(
            recipe, session.Datasets.Concat(session.HeldOut), cancellationToken);
        var model = session.LoadModel(observer.OnLoaded, cancellationToken);
        vision?.Fill(model, observer.OnMessage, observer.OnVisionCache, cancellationToken);
        var difficulties = CurriculumDifficulties.Prepare(
            session, model, folder, resume, observer.OnMessage, cancellationToken, ranks);
        var data = new RecipeTrainingData(
            session.Datasets,
            recipe.Run,
            session.Prompts(model),
            difficulties,
            ranks,
            pinned: model.Device.type == DeviceType.CUDA);
        var store = new CheckpointStore(folder, RecipeTree.Of(recipe), recipe.Run.KeepLast);
        using var trainer = new Trainer(model, recipe, data, writes ? store : null, ranks);
        if (resume is not null)
        {
            var before = CheckpointStore.Resume(trainer, model, resume);
            observer.OnMessage($"going on from {resume} at step {trainer.NextStep} of {trainer.Plan.Steps}");
            if (before != ranks.Size)
            {
                observer.OnMessage($"it is of a run of {before} rank(s), now {ranks.Size}: the samples go on in their "
                    + $"order, after {trainer.Drawn} micro-batches, and so does the optimizer");
            }
        }

        var record = new RunRecord();
        var heldOut = new HeldOutEvaluation(session, model, cancellationToken, ranks);
        using var logs = writes
            ? OpenLogs(folder, trainer.NextStep, recipe.Run.LogFreq, heldOut.IsComplete)
            : new TrainingObservers();
        if (writes)
            RecipeWriter.Write(recipe, Path.Combine(folder, RecipeName));

        // The others read logs that rank 0 has cut to where the run goes on.
        ranks.Barrier();
        var observers = new TrainingObservers(record, logs, observer);
        var evaluations = new TrainingEvaluations(
            writes ? recipe : recipe with { Run = recipe.Run with { SaveBest = false } },
            trainer,
            heldOut,
            store,
            observers);
        if (trainer.NextStep > 0)
        {
            evaluations.Restore(ValidationLog.Read(Path.Combine(folder, ValidationLog.FileName)), resume!);
            foreach (var step in MetricLog.Read(Path.Combine(folder, MetricLog.FileName)))
                record.OnStep(step);
        }

        answerer = writes ? answerer ?? SampleAnswers(session, model, cancellationToken) : null;
        var started = trainer.NextStep;
        trainer.EpochEnded = step => EndEpoch(step.Epoch, store.EpochPath(step.Epoch));
        if (Begin() == EpochDecision.GoOn)
            trainer.Run(observers, cancellationToken);

        if (evaluations.EarlyStop is { } stop)
        {
            observers.OnMessage(trainer.NextStep > started
                ? stop.ToText()
                : $"the run is complete, {stop.ToText()}; to train on, raise run.early_stopping.patience");
        }

        var diagnosis = evaluations.Diagnosis;
        if (writes)
            DiagnosisFile.Write(Path.Combine(folder, DiagnosisFile.FileName), diagnosis);

        var skipped = ranks.AllGather(BitConverter.GetBytes(data.Skipped.Count))
            .Sum(bytes => BitConverter.ToInt64(bytes));
        return new TrainingOutcome
        {
            Steps = trainer.NextStep,
            LossFirst = record.LossFirst,
            LossLast = record.LossLast,
            ValidationLossFirst = evaluations.History is [var first, ..] ? first.Loss : null,
            ValidationLossLast = evaluations.History is [.., var last] ? last.Loss : null,
            Best = evaluations.Best,
            StoppedEarly = evaluations.EarlyStop?.ToText(),
            Diagnosis = diagnosis,
            Checkpoint = record.Checkpoint ?? resume ?? "",
            OutputFolder = folder,
            SkippedSamples = skipped,
            Seconds = clock.Elapsed.TotalSeconds,
            TrainingSeconds = trainer.RunSeconds,
            DataWaitSeconds = trainer.DataWaitSeconds,
        };

        // Where an epoch begins: before the run, and again where it was killed before it evaluated the epoch it had saved.
        EpochDecision Begin()
        {
            using var _ = new KeptGenerator();
            if (trainer.NextStep == 0)
            {
                evaluations.Begin(cancellationToken);
                Answer(epoch: 0);
                return EpochDecision.GoOn;
            }

            if (trainer.NextStep % trainer.Plan.StepsPerEpoch != 0)
                return EpochDecision.GoOn;

            var epoch = trainer.Plan.EpochOf(trainer.NextStep - 1);
            return evaluations.IsDue(epoch) && !evaluations.IsDone
                ? EndEpoch(epoch, resume!)
                : evaluations.Decide();
        }

        EpochDecision EndEpoch(int epoch, string checkpoint)
        {
            vision?.Repair(model, observers.OnMessage, observers.OnVisionCache, cancellationToken);
            if (recipe.Run.SampleAnswersInterval <= 1 || (epoch + 1) % recipe.Run.SampleAnswersInterval == 0)
                Answer(epoch);

            if (evaluations.IsDue(epoch))
                evaluations.EndEpoch(epoch, checkpoint, cancellationToken);

            return evaluations.Decide();
        }

        void Answer(int epoch)
        {
            foreach (var answer in answerer?.Answer(trainer.NextStep, epoch, cancellationToken) ?? [])
                observers.OnAnswer(answer);
        }
    }

    /// <summary>Keeps the checkpoints of an earlier run from being overwritten or mistaken for this run's, and finds a
    /// damaged checkpoint before the model is read.</summary>
    private static void CheckStart(string folder, string? resume)
    {
        if (resume is not null)
            TorchCheckpoint.Open(resume).Dispose();
        else if ((CheckpointStore.FindNewest(folder) ?? CheckpointStore.FindBest(folder)) is { } earlier)
            throw new InputException($"{earlier}: is of an earlier run; go on with it by --resume, or name another "
                + "run.output_dir");
    }

    private static TrainingObservers OpenLogs(
        string folder, long lastStep, int every, Predicate<ValidationMetrics> isComplete) => new(
        lastStep == 0
            ? MetricLog.Create(Path.Combine(folder, MetricLog.FileName), every)
            : MetricLog.Resume(Path.Combine(folder, MetricLog.FileName), lastStep, every),
        lastStep == 0
            ? SampleAnswerLog.Create(Path.Combine(folder, SampleAnswerLog.FileName))
            : SampleAnswerLog.Resume(Path.Combine(folder, SampleAnswerLog.FileName), lastStep),
        lastStep == 0
            ? ValidationLog.Create(Path.Combine(folder, ValidationLog.FileName))
            : ValidationLog.Resume(Path.Combine(folder, ValidationLog.FileName), lastStep, isComplete),
        TensorBoardLog.Open(Path.Combine(folder, "tensorboard"), lastStep, every));

    private static SampleAnswerer? SampleAnswers(
        TrainingSession session, EmotionLlamaModel model, CancellationToken cancellationToken)
    {
        var run = session.Recipe.Run;
        return run.SampleAnswersInterval == 0 || run.SampleAnswersCount == 0
            ? null
            : new SampleAnswerer(
                new AnswerGenerator(model, session.Prompts(model)),
                session.ShownClips(cancellationToken),
                run.SampleAnswersCount,
                new GenerationSettings { MaxNewTokens = SampleAnswerTokens });
    }
}
