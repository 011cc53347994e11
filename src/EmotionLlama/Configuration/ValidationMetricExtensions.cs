using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>What a metric needs, and which of two values is better.</summary>
public static class ValidationMetricExtensions
{
    /// <summary>The metric as recipes spell it.</summary>
    public static string ToText(this ValidationMetric metric) => ScalarText.Write(metric).Value!;

    /// <summary>Whether the model must answer about the held-out clips, which takes far longer than their loss.</summary>
    public static bool NeedsAnswers(this ValidationMetric metric) => metric != ValidationMetric.ValLoss;

    /// <summary>By how much a value is better than another, in the metric's unit; 0 or less where it is not. NaN where
    /// one of them is no number.</summary>
    public static double Improvement(this ValidationMetric metric, double value, double than) =>
        metric == ValidationMetric.ValLoss ? than - value : value - than;
}
