using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Averaging;
using EmotionLlama.Configuration;
using EmotionLlama.Models;

namespace EmotionLlama.Workflows;

/// <summary>Averages those checkpoints that help on the held-out clips of a recipe.</summary>
public static class GreedyAveraging
{
    /// <summary>Averages, and writes the result.</summary>
    /// <param name="set">The checkpoints.</param>
    /// <param name="recipe">The model, the held-out clips, and how answers about them are generated.</param>
    /// <param name="metric">What decides, measured as evaluations during training measure it.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="report">Hears of each measurement.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then.</param>
    /// <exception cref="InputException">The recipe has no held-out clips or they cannot show the metric, the
    /// checkpoints do not suit its model, or as for <see cref="CheckpointAverager.Cook"/>.</exception>
    public static AveragingReport Run(
        CheckpointSet set,
        Recipe recipe,
        ValidationMetric metric,
        string output,
        Action<string>? report = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(recipe);
        using var session = TrainingSession.Open(recipe with { Run = Deciding(recipe.Run, metric) });
        if (session.HeldOut.Count == 0)
        {
            throw new InputException($"datasets.{session.Datasets[0].Name}.validation_file: is missing; a greedy "
                + "average is measured on held-out clips");
        }

        EvaluationReadiness.Check(session.Recipe, session.HeldOut);
        return CheckpointAverager.Cook(
            set,
            metric.ToText(),
            higherIsBetter: metric.Improvement(value: 1, than: 0) > 0,
            Measure,
            output,
            cancellationToken);

        double Measure(IWeightSource weights)
        {
            var model = session.LoadModel(report: null, cancellationToken);
            TrainedWeights.Load(model, weights);
            var value = new HeldOutEvaluation(session, model, cancellationToken)
                .Measure(step: 0, epoch: 0, onAnswer: _ => { }, cancellationToken)
                .Value(metric) ?? throw new InputException(
                    $"--metric {metric.ToText()}: could not be measured on the held-out clips; try val_loss");
            report?.Invoke(string.Create(
                CultureInfo.InvariantCulture, $"{metric.ToText()} {value:0.#####}: {weights.Location}"));
            return value;
        }
    }

    /// <summary>The evaluation settings of a run with nothing measured that does not decide.</summary>
    private static RunRecipe Deciding(RunRecipe run, ValidationMetric metric) => run with
    {
        Metric = metric,
        EvalEpochInterval = 1,
        EvalTemperatureSamples = 0,
        EvalClips = !metric.NeedsAnswers() ? 0 : run.EvalClips == 0 ? null : run.EvalClips,
    };
}
