using System.Globalization;
using EmotionLlama.Configuration;

namespace EmotionLlama.Monitoring;

/// <summary>The best value of a metric so far in a run, and when it was reached. Equal values keep the earlier
/// one.</summary>
public sealed record BestMetric
{
    /// <summary>The metric.</summary>
    public required ValidationMetric Metric { get; init; }

    /// <summary>Its best value.</summary>
    public required double Value { get; init; }

    /// <summary>Optimizer steps taken when it was measured.</summary>
    public required long Step { get; init; }

    /// <summary>The epoch after which it was measured, counted from 0 as in the names of checkpoints.</summary>
    public required int Epoch { get; init; }

    /// <summary>The file that keeps the model of then; null where none does.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The best of a run's evaluations after training began, or null without any.</summary>
    public static BestMetric? Of(IEnumerable<ValidationMetrics> history, ValidationMetric metric)
    {
        ArgumentNullException.ThrowIfNull(history);
        return history.Aggregate((BestMetric?)null, (best, at) => IsBetter(at, best, metric) ? Create(at, metric) : best);
    }

    /// <summary>Whether an evaluation is better than the best so far. One before training is not, since there is no
    /// checkpoint of it.</summary>
    public static bool IsBetter(ValidationMetrics metrics, BestMetric? best, ValidationMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return metrics.Step > 0
            && metrics.Value(metric) is { } value
            && double.IsFinite(value)
            && (best is null || metric.Improvement(value, best.Value) > 0);
    }

    /// <summary>The record of an evaluation that has a value.</summary>
    public static BestMetric Create(ValidationMetrics metrics, ValidationMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return new()
        {
            Metric = metric,
            Value = metrics.Value(metric)
                ?? throw new ArgumentException($"has no {metric.ToText()}", nameof(metrics)),
            Step = metrics.Step,
            Epoch = metrics.Epoch,
        };
    }

    /// <summary>The best for people, such as <c>clue_overlap 7.2 after epoch 4</c>.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Metric.ToText()} {Value:0.####} after epoch {Epoch}");
}
