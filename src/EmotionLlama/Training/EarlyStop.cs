using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Training;

/// <summary>Why a run ends before its last epoch.</summary>
public sealed record EarlyStop
{
    /// <summary>The last epoch, counted from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Evaluations in a row without an improvement.</summary>
    public required int Evaluations { get; init; }

    /// <summary>The change that would have been one.</summary>
    public required double MinDelta { get; init; }

    /// <summary>The best evaluation of the run.</summary>
    public required BestMetric Best { get; init; }

    /// <summary>All that in a line.</summary>
    public string ToText()
    {
        var by = MinDelta > 0 ? string.Create(CultureInfo.InvariantCulture, $" by {MinDelta}") : "";
        var evaluations = Evaluations == 1 ? "evaluation" : "evaluations";
        return string.Create(CultureInfo.InvariantCulture, $"stopped early after epoch {Epoch}: "
            + $"{Best.Metric.ToText()} has not improved{by} for {Evaluations} {evaluations}; "
            + $"best {Best.Value:0.####} at epoch {Best.Epoch}");
    }
}
