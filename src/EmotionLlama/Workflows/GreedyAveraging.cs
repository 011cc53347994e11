using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Averaging;
using EmotionLlama.Configuration;
using EmotionLlama.Evaluation;
using EmotionLlama.Generation;
using EmotionLlama.Models;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>Averages those checkpoints that help on the held-out clips of a recipe.</summary>
public static class GreedyAveraging
{
    /// <summary>Averages, and writes the result.</summary>
    /// <param name="set">The checkpoints.</param>
    /// <param name="session">The recipe: its model, held-out clips and evaluation settings.</param>
    /// <param name="metric">What decides.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="report">Hears of each measurement.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then.</param>
    /// <exception cref="InputException">The recipe has no held-out clips, the checkpoints do not suit its model, or as for
    /// <see cref="CheckpointAverager.Cook"/>.</exception>
    public static AveragingReport Run(
        CheckpointSet set,
        TrainingSession session,
        ValidationMetric metric,
        string output,
        Action<string>? report = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(session);
        if (session.HeldOut.Count == 0)
        {
            throw new InputException($"datasets.{session.Datasets[0].Name}.validation_file: is missing; a greedy average is "
                + "measured on held-out clips");
        }

        var measure = Measure(session, metric, cancellationToken);
        return CheckpointAverager.Cook(set, Name(metric), metric != ValidationMetric.ValLoss, Report, output, cancellationToken);

        double Report(IWeightSource weights)
        {
            var model = session.BuildModel();
            TrainedWeights.Load(model, weights);
            var value = measure(model);
            report?.Invoke($"{Name(metric)} {value:0.#####}: {weights.Location}");
            return value;
        }
    }

    private static Func<EmotionLlamaModel, double> Measure(
        TrainingSession session, ValidationMetric metric, CancellationToken cancellationToken) => metric switch
        {
            ValidationMetric.ValLoss => model => Loss(session, model, cancellationToken),
            ValidationMetric.Accuracy => model => Score(session, model, cancellationToken).Accuracy.Value,
            ValidationMetric.Waf => model => Score(session, model, cancellationToken).WeightedF1,
            _ => throw new InputException($"--metric {Name(metric)}: cannot decide here; use val_loss, accuracy or waf"),
        };

    private static double Loss(TrainingSession session, EmotionLlamaModel model, CancellationToken cancellationToken) =>
        session.ReadableHeldOut(cancellationToken).Average(clips => ValidationLoss.Measure(
            model, clips, session.Prompts(model), clips.BatchSize, cancellationToken));

    private static ClassificationReport Score(
        TrainingSession session, EmotionLlamaModel model, CancellationToken cancellationToken)
    {
        var run = session.Recipe.Run;
        var generator = new AnswerGenerator(model, session.Prompts(model));
        var settings = new GenerationSettings { MaxNewTokens = run.EvalMaxNewTokens };
        return ClipEvaluation.Score(session.ReadableHeldOut(cancellationToken).SelectMany(clips => ClipEvaluation
            .Predict(generator, clips, clips.BatchSize, settings, cancellationToken)
            .Take(run.EvalClips ?? int.MaxValue)));
    }

    private static string Name(ValidationMetric metric) => metric switch
    {
        ValidationMetric.ValLoss => "val_loss",
        ValidationMetric.ClueOverlap => "clue_overlap",
        ValidationMetric.LabelOverlap => "label_overlap",
        ValidationMetric.Accuracy => "accuracy",
        _ => "waf",
    };
}
