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
    private readonly IReadOnlyList<ReadableClips> _clips = session.ReadableHeldOut(cancellationToken);

    /// <summary>The first loss measured; null without held-out clips.</summary>
    public double? First { get; private set; }

    /// <summary>The last loss measured; null without held-out clips.</summary>
    public double? Last { get; private set; }

    /// <summary>Takes over what was measured before the run was resumed.</summary>
    public void Restore(IEnumerable<ValidationMetrics> measured)
    {
        foreach (var metrics in measured)
            Remember(metrics.Loss);
    }

    /// <summary>Measures the mean over the data sets, each weighing the same.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Measure(long step, int epoch)
    {
        if (_clips.Count == 0)
            return;

        var prompts = session.Prompts(model);
        var loss = _clips.Average(clips => ValidationLoss.Measure(
            model, clips, prompts, clips.BatchSize, cancellationToken));
        Remember(loss);
        observer.OnValidation(new ValidationMetrics(step, epoch, loss));
    }

    private void Remember(double loss)
    {
        First ??= loss;
        Last = loss;
    }
}
