using System.Diagnostics;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;
using EmotionLlama.Training;

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
    /// <param name="cancellationToken">Finishes the step under way, saves and throws.</param>
    /// <exception cref="InputException">Something in the recipe or its files is wrong, or the output folder has the
    /// checkpoints of an earlier run.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is saved.</exception>
    public static TrainingOutcome Run(
        TrainingSession session,
        string? resume,
        ITrainingObserver observer,
        SampleAnswerer? answerer = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(observer);
        var clock = Stopwatch.StartNew();
        var recipe = session.Recipe;
        resume ??= recipe.Run.ResumeCkptPath;
        session.EnsureReadable(cancellationToken);
        var folder = OutputFolder.Open(recipe.Run.OutputDir);
        CheckStart(folder, resume);

        var model = session.BuildModel(observer.OnMessage);
        var difficulties = CurriculumDifficulties.Prepare(
            session, model, folder, resume, observer.OnMessage, cancellationToken);
        var data = new RecipeTrainingData(session.Datasets, recipe.Run, session.Prompts(model), difficulties);
        var store = new CheckpointStore(folder, RecipeTree.Of(recipe), recipe.Run.KeepLast);
        using var trainer = new Trainer(model, recipe, data, store);
        if (resume is not null)
        {
            CheckpointStore.Resume(trainer, model, resume);
            observer.OnMessage($"going on from {resume} at step {trainer.NextStep} of {trainer.Plan.Steps}");
        }

        RecipeWriter.Write(recipe, Path.Combine(folder, RecipeName));
        var record = new RunRecord();
        using var logs = OpenLogs(folder, trainer.NextStep, recipe.Run.LogFreq);
        var observers = new TrainingObservers(record, logs, observer);
        var heldOut = new HeldOutLoss(session, model, observers, cancellationToken);
        if (trainer.NextStep > 0)
        {
            heldOut.Restore(ValidationLog.Read(Path.Combine(folder, ValidationLog.FileName)));
            foreach (var step in MetricLog.Read(Path.Combine(folder, MetricLog.FileName)))
                record.OnStep(step);
        }

        answerer ??= SampleAnswers(session, model, cancellationToken);
        trainer.EpochEnded = step => EndEpoch(step.Epoch);

        // Where an epoch begins: before the run, and again where it was killed before it measured the epoch it had saved.
        if (trainer.NextStep % trainer.Plan.StepsPerEpoch == 0)
            heldOut.Measure(trainer.NextStep, trainer.Plan.EpochOf(Math.Max(trainer.NextStep - 1, 0)));

        if (trainer.NextStep == 0)
            Answer(epoch: 0);

        trainer.Run(observers, cancellationToken);
        return new TrainingOutcome
        {
            Steps = trainer.Plan.Steps,
            LossFirst = record.LossFirst,
            LossLast = record.LossLast,
            ValidationLossFirst = heldOut.First,
            ValidationLossLast = heldOut.Last,
            Checkpoint = record.Checkpoint ?? resume ?? "",
            OutputFolder = folder,
            SkippedSamples = data.Skipped.Count,
            Seconds = clock.Elapsed.TotalSeconds,
        };

        void EndEpoch(int epoch)
        {
            heldOut.Measure(trainer.NextStep, epoch);
            if (answerer is not null && (epoch + 1) % Math.Max(recipe.Run.SampleAnswersInterval, 1) == 0)
                Answer(epoch);
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
        else if (CheckpointStore.FindNewest(folder) is { } earlier)
            throw new InputException($"{earlier}: is of an earlier run; go on with it by --resume, or name another "
                + "run.output_dir");
    }

    private static TrainingObservers OpenLogs(string folder, long lastStep, int every) => new(
        lastStep == 0
            ? MetricLog.Create(Path.Combine(folder, MetricLog.FileName), every)
            : MetricLog.Resume(Path.Combine(folder, MetricLog.FileName), lastStep, every),
        lastStep == 0
            ? SampleAnswerLog.Create(Path.Combine(folder, SampleAnswerLog.FileName))
            : SampleAnswerLog.Resume(Path.Combine(folder, SampleAnswerLog.FileName), lastStep),
        lastStep == 0
            ? ValidationLog.Create(Path.Combine(folder, ValidationLog.FileName))
            : ValidationLog.Resume(Path.Combine(folder, ValidationLog.FileName), lastStep),
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
