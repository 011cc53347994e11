using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>Follows the loss on the held-out clips of a recipe.</summary>
/// <param name="session">The opened recipe.</param>
/// <param name="model">The model that is trained.</param>
/// <param name="observer">Hears of each measurement.</param>
/// <param name="cancellationToken">Stops a measurement.</param>
internal sealed class HeldOutLoss(
    TrainingSession session,
    EmotionLlamaModel model,
    ITrainingObserver observer,
    CancellationToken cancellationToken)
{
    /// <summary>The first loss measured; null without held-out clips.</summary>
    public double? First { get; private set; }

    /// <summary>The last loss measured; null without held-out clips.</summary>
    public double? Last { get; private set; }

    /// <summary>Measures the mean over the data sets, each weighing the same.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Measure(long step, int epoch)
    {
        if (session.HeldOut.Count == 0)
            return;

        var prompts = session.Prompts(model);
        Last = session.HeldOut.Average(dataset => ValidationLoss.Measure(
            model, dataset, prompts, dataset.Recipe.BatchSize, cancellationToken));
        First ??= Last;
        observer.OnValidation(new ValidationMetrics(step, epoch, Last.Value));
    }
}
