using System.Diagnostics;
using EmotionLlama.Configuration;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>A training run from a recipe to a tuned model: loads, logs, trains, saves, and goes on where an earlier run
/// stopped.</summary>
public static class TrainingWorkflow
{
    /// <summary>The resolved recipe in the output folder.</summary>
    public const string RecipeName = "recipe.yaml";

    private const int SampleAnswerTokens = 200;

    /// <summary>Runs a recipe.</summary>
    /// <param name="session">The opened recipe.</param>
    /// <param name="resume">A checkpoint of ours to go on from; null starts anew.</param>
    /// <param name="observer">Hears of steps, answers and checkpoints, besides the logs in the output folder.</param>
    /// <param name="prepare">Called with the trainer before its first step; null does nothing.</param>
    /// <param name="cancellationToken">Finishes the step under way, saves and throws.</param>
    /// <exception cref="InputException">Something in the recipe or its files is wrong.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; its checkpoint is saved.</exception>
    public static TrainingOutcome Run(
        TrainingSession session,
        string? resume,
        ITrainingObserver observer,
        Action<Trainer>? prepare = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(observer);
        var clock = Stopwatch.StartNew();
        var recipe = session.Recipe;
        var folder = OutputFolder.Open(recipe.Run.OutputDir);
        resume ??= recipe.Run.ResumeCkptPath;

        var model = session.BuildModel(observer.OnMessage);
        var prompts = session.Prompts(model);
        var data = new RecipeTrainingData(session.Datasets, recipe.Run, prompts);
        var store = new CheckpointStore(folder, RecipeTree.Of(recipe), recipe.Run.KeepLast);
        var losses = new LossWindow();
        using var trainer = new Trainer(model, recipe, data, store);
        if (resume is not null)
        {
            CheckpointStore.Resume(trainer, model, resume);
            observer.OnMessage($"going on from {resume} at step {trainer.NextStep} of {trainer.Plan.Steps}");
        }

        RecipeWriter.Write(recipe, Path.Combine(folder, RecipeName));
        using var logs = OpenLogs(folder, trainer.NextStep, recipe.Run.LogFreq);
        var observers = new TrainingObservers(losses, logs, observer);
        var answers = SampleAnswers(session, model, observers, trainer, cancellationToken);
        var validation = new HeldOutLoss(session, model, observers, cancellationToken);
        trainer.EpochEnded = step =>
        {
            validation.Measure(trainer.NextStep, step.Epoch);
            answers?.Invoke(step);
        };
        prepare?.Invoke(trainer);
        validation.Measure(trainer.NextStep, trainer.Plan.EpochOf(trainer.NextStep));
        trainer.Run(observers, cancellationToken);
        return new TrainingOutcome
        {
            Steps = trainer.Plan.Steps,
            LossFirst = losses.First,
            LossLast = losses.Last,
            ValidationLossFirst = validation.First,
            ValidationLossLast = validation.Last,
            Checkpoint = CheckpointStore.FindNewest(folder) ?? "",
            OutputFolder = folder,
            SkippedSamples = data.Skipped.Count,
            Seconds = clock.Elapsed.TotalSeconds,
        };
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

    private static Action<PlannedStep>? SampleAnswers(
        TrainingSession session,
        EmotionLlamaModel model,
        ITrainingObserver observer,
        Trainer trainer,
        CancellationToken cancellationToken)
    {
        var run = session.Recipe.Run;
        if (run.SampleAnswersInterval == 0 || run.SampleAnswersCount == 0)
            return null;

        var dataset = session.Datasets[0];
        var answerer = new SampleAnswerer(
            new AnswerGenerator(model, session.Prompts(model)),
            dataset,
            [.. Enumerable.Range(0, Math.Min(run.SampleAnswersCount, dataset.Count))],
            new GenerationSettings { MaxNewTokens = SampleAnswerTokens });
        return step =>
        {
            if ((step.Epoch + 1) % run.SampleAnswersInterval != 0)
                return;

            foreach (var answer in answerer.Answer(trainer.NextStep, step.Epoch, cancellationToken))
                observer.OnAnswer(answer);
        };
    }
}
