using EmotionLlama.Configuration;
using EmotionLlama.Evaluation.Diagnosing;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>The evaluations of a training run and what follows from them: the best checkpoint, an early stop, a
/// diagnosis. All of it follows from the log of evaluations, so a resumed run decides as one that never stopped.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="trainer">The trainer.</param>
/// <param name="heldOut">Measures.</param>
/// <param name="store">The run's checkpoints.</param>
/// <param name="observer">Hears of evaluations, of the best one, and of what should be known.</param>
internal sealed class TrainingEvaluations(
    Recipe recipe, Trainer trainer, HeldOutEvaluation heldOut, CheckpointStore store, ITrainingObserver observer)
{
    private readonly RunRecipe _run = recipe.Run;
    private readonly List<ValidationMetrics> _history = [];
    private readonly BestCheckpoint? _saved =
        recipe.Run.SaveBest ? new BestCheckpoint(store, recipe.Run.Metric) : null;

    /// <summary>All evaluations of the run, by growing step.</summary>
    public IReadOnlyList<ValidationMetrics> History => _history;

    /// <summary>The best evaluation, with its checkpoint where it is kept; null before there is one.</summary>
    public BestMetric? Best => _saved is null ? BestMetric.Of(_history, _run.Metric) : _saved.Best;

    /// <summary>Why the run ended early; null where it did not.</summary>
    public EarlyStop? EarlyStop { get; private set; }

    /// <summary>The troubles that the evaluations show.</summary>
    public Diagnosis Diagnosis => Diagnosis.Of(_history, recipe);

    /// <summary>Takes over the evaluations up to the step that a run goes on from.</summary>
    /// <param name="history">What was measured before.</param>
    /// <param name="resumedFrom">The checkpoint that the run goes on from.</param>
    /// <exception cref="InputException">A checkpoint cannot be read or copied.</exception>
    public void Restore(IEnumerable<ValidationMetrics> history, string resumedFrom)
    {
        _history.AddRange(history);
        if (_saved?.Restore(_history, resumedFrom) == false)
        {
            observer.OnMessage($"the best checkpoint so far is no longer in {store.Folder}; the best from here on "
                + $"becomes {CheckpointStore.BestName}");
        }

        if (Best is { } best)
            observer.OnBest(best);
    }

    /// <summary>Evaluates the model as it is before training.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        if (heldOut.HasClips && _run.EvalEpochInterval > 0)
            Measure(epoch: 0, trainingLoss: null, cancellationToken);
    }

    /// <summary>Whether an evaluation is due after an epoch: after every few, and after the last.</summary>
    public bool IsDue(int epoch)
    {
        var interval = _run.EvalEpochInterval;
        return heldOut.HasClips && interval > 0
            && ((epoch + 1) % interval == 0 || epoch == trainer.Plan.Epochs - 1);
    }

    /// <summary>Whether the model was evaluated at the trainer's step already, before it was resumed.</summary>
    public bool IsDone => _history is [.., var last] && last.Step == trainer.NextStep;

    /// <summary>Evaluates after an epoch.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="checkpoint">Its checkpoint.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public void EndEpoch(int epoch, string checkpoint, CancellationToken cancellationToken)
    {
        var metrics = Measure(epoch, trainer.EpochLoss.Value, cancellationToken);
        if (_saved is null ? Best?.Step == metrics.Step : _saved.Offer(metrics, checkpoint))
            observer.OnBest(Best!);

        foreach (var finding in Diagnosis.NewlyClear(_history, recipe))
            observer.OnMessage(finding.ToText());
    }

    /// <summary>Whether the run goes on after the epoch that was just evaluated.</summary>
    public EpochDecision Decide()
    {
        if (!IsDone || trainer.NextStep == trainer.Plan.Steps)
            return EpochDecision.GoOn;

        EarlyStop = EarlyStopping.Judge(_history, _run.Metric, _run.EarlyStopping);
        return EarlyStop is null ? EpochDecision.GoOn : EpochDecision.Stop;
    }

    private ValidationMetrics Measure(int epoch, double? trainingLoss, CancellationToken cancellationToken)
    {
        var step = trainer.NextStep;
        var shown = _run.SampleAnswersInterval > 0 ? _run.SampleAnswersCount : 0;
        var metrics = heldOut.Measure(step, epoch, Show, cancellationToken) with { TrainingLoss = trainingLoss };
        _history.Add(metrics);

        // Last, because a line of the log says that all that belongs to it has been done.
        observer.OnValidation(metrics);
        return metrics;

        void Show(HeldOutAnswer answer)
        {
            if (shown-- > 0)
            {
                observer.OnAnswer(new SampleAnswer
                {
                    Step = step,
                    Epoch = epoch,
                    Clip = answer.Clip,
                    Task = answer.Task,
                    Instruction = answer.Instruction,
                    Expected = answer.Expected,
                    Answer = answer.Answer,
                });
            }
        }
    }
}
