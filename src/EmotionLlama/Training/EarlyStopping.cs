using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Training;

/// <summary>Decides from a run's evaluations whether it should end. It keeps no state, so a resumed run decides as one
/// that never stopped.</summary>
public static class EarlyStopping
{
    // A change of exactly min_delta counts, which 7.25 - 7.20 >= 0.05 is not in binary fractions.
    private const double Rounding = 1e-9;

    /// <summary>Looks at the evaluations after training began. One improves where it is better by at least
    /// <c>min_delta</c> than the last one that did; one without a value does not.</summary>
    /// <param name="history">A run's evaluations, by growing step.</param>
    /// <param name="metric">What should improve.</param>
    /// <param name="settings">How long to wait for it.</param>
    /// <returns>Why the run should end after the last of them; null where it should go on.</returns>
    public static EarlyStop? Judge(
        IEnumerable<ValidationMetrics> history, ValidationMetric metric, EarlyStoppingRecipe settings)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(settings);
        double? reference = null;
        var (waiting, epoch) = (0, 0);
        var trained = history.Where(at => at.Step > 0).ToList();
        foreach (var at in trained)
        {
            waiting++;
            epoch = at.Epoch;
            if (at.Value(metric) is not { } value || !double.IsFinite(value))
                continue;

            if (reference is { } known && !Improves(metric.Improvement(value, known), settings.MinDelta))
                continue;

            reference = value;
            waiting = 0;
        }

        return settings.Patience > 0 && waiting >= settings.Patience && BestMetric.Of(trained, metric) is { } best
            ? new EarlyStop { Epoch = epoch, Evaluations = waiting, MinDelta = settings.MinDelta, Best = best }
            : null;
    }

    private static bool Improves(double change, double minDelta) => change > 0 && change >= minDelta - Rounding;
}
