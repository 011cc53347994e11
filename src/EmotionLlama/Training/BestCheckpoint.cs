using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Training;

/// <summary>Keeps the checkpoint with the best value of a metric as <see cref="CheckpointStore.BestName"/>.</summary>
/// <param name="store">The run's checkpoints.</param>
/// <param name="metric">What decides.</param>
public sealed class BestCheckpoint(CheckpointStore store, ValidationMetric metric)
{
    /// <summary>What the file is of; null before there is one.</summary>
    public BestMetric? Best { get; private set; }

    /// <summary>Takes over what a resumed run has evaluated. A run may have been killed between an evaluation and the
    /// copying of its checkpoint, or may be resumed from before the best one: the file is made good then.</summary>
    /// <param name="history">The evaluations up to the step that the run goes on from.</param>
    /// <param name="resumedFrom">The checkpoint that the run goes on from.</param>
    /// <returns>Whether the best checkpoint is there. Where it is not, the next evaluation is the best.</returns>
    /// <exception cref="InputException">A checkpoint cannot be read or copied.</exception>
    public bool Restore(IEnumerable<ValidationMetrics> history, string resumedFrom)
    {
        if (BestMetric.Of(history, metric) is not { } best)
            return true;

        string[] places = [store.BestPath, store.EpochPath(best.Epoch), resumedFrom];
        var place = places.FirstOrDefault(path => File.Exists(path) && CheckpointStore.NextStepOf(path) == best.Step);
        if (place is null)
            return false;

        Keep(best, place);
        return true;
    }

    /// <summary>Takes an evaluation's checkpoint where it is the best so far.</summary>
    /// <param name="metrics">The evaluation.</param>
    /// <param name="checkpoint">The checkpoint that was evaluated.</param>
    /// <returns>Whether it is.</returns>
    /// <exception cref="InputException">The checkpoint cannot be copied.</exception>
    public bool Offer(ValidationMetrics metrics, string checkpoint)
    {
        if (!BestMetric.IsBetter(metrics, Best, metric))
            return false;

        Keep(BestMetric.Create(metrics, metric), checkpoint);
        return true;
    }

    private void Keep(BestMetric best, string checkpoint) =>
        Best = best with { Checkpoint = store.SaveBest(checkpoint) };
}
