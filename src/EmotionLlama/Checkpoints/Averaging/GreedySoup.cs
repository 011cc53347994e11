using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>Chooses which checkpoints to average by what the averages are worth on held-out clips: the best first, and
/// each of the others only if the average with it is at least as good.</summary>
/// <remarks>Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves accuracy without
/// increasing inference time", ICML 2022, recipe 1.</remarks>
public static class GreedySoup
{
    /// <summary>Goes through the checkpoints.</summary>
    /// <param name="checkpoints">At least one.</param>
    /// <param name="higherIsBetter">Whether a higher metric is better.</param>
    /// <param name="measure">The metric of weights; they are valid during the call only.</param>
    /// <returns>What was done with each, the best checkpoint first; checkpoints of one metric keep their
    /// order.</returns>
    /// <exception cref="InputException">A metric is not finite.</exception>
    public static IReadOnlyList<SoupStep> Choose(
        IReadOnlyList<AveragedCheckpoint> checkpoints, bool higherIsBetter, Func<IWeightSource, double> measure)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(measure);
        var sign = higherIsBetter ? -1 : 1;
        var ranked = checkpoints.Select(checkpoint => (Checkpoint: checkpoint, Alone: Measure([checkpoint])))
            .OrderBy(candidate => sign * candidate.Alone)
            .ToList();
        var (best, metric) = ranked[0];
        List<AveragedCheckpoint> chosen = [best];
        List<SoupStep> steps = [new SoupStep(best.Path, metric, Before: null, metric, Added: true)];
        foreach (var (candidate, alone) in ranked.Skip(1))
        {
            var after = Measure([.. chosen, candidate]);
            var helps = sign * after <= sign * metric;
            steps.Add(new SoupStep(candidate.Path, alone, metric, after, helps));
            if (!helps)
                continue;

            chosen.Add(candidate);
            metric = after;
        }

        return steps;

        double Measure(IReadOnlyList<AveragedCheckpoint> mixed)
        {
            var value = measure(new AveragedWeights(
                [.. mixed.Select(checkpoint => checkpoint.Weights)], [.. mixed.Select(_ => 1.0)]));
            return double.IsFinite(value)
                ? value
                : throw new InputException(
                    $"{string.Join(" + ", mixed.Select(checkpoint => checkpoint.Path))}: the metric is {value}; "
                    + "leave it out");
        }
    }
}
