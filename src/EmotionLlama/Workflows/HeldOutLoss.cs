using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>Follows the loss on the held-out clips of a recipe.</summary>
internal sealed class HeldOutLoss
{
    private readonly IReadOnlyList<MerrDataset> _datasets;
    private readonly TrainingSession _session;
    private readonly EmotionLlamaModel _model;
    private readonly ITrainingObserver _observer;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Opens the held-out clips.</summary>
    /// <exception cref="InputException">A file is missing or faulty.</exception>
    public HeldOutLoss(
        TrainingSession session,
        EmotionLlamaModel model,
        ITrainingObserver observer,
        CancellationToken cancellationToken)
    {
        _session = session;
        _model = model;
        _observer = observer;
        _cancellationToken = cancellationToken;
        _datasets =
        [
            .. from entry in session.Recipe.Datasets
               where entry.Value.ValidationFile is not null
               select MerrDataset.Open(
                   entry.Key,
                   entry.Value with { AnnotationFile = entry.Value.ValidationFile, EnableAugmentation = false },
                   session.Recipe.Model.ImageSize),
        ];
    }

    /// <summary>The first loss measured; null without held-out clips.</summary>
    public double? First { get; private set; }

    /// <summary>The last loss measured; null without held-out clips.</summary>
    public double? Last { get; private set; }

    /// <summary>Measures the mean over the data sets, each weighing the same.</summary>
    /// <param name="step">Optimizer steps taken so far.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public void Measure(long step, int epoch)
    {
        if (_datasets.Count == 0)
            return;

        var prompts = _session.Prompts(_model);
        Last = _datasets.Average(dataset => ValidationLoss.Measure(
            _model, dataset, prompts, dataset.Recipe.BatchSize, _cancellationToken));
        First ??= Last;
        _observer.OnValidation(new ValidationMetrics(step, epoch, Last.Value));
    }
}
