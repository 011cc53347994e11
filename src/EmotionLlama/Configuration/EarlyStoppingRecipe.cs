using System.ComponentModel.DataAnnotations;

namespace EmotionLlama.Configuration;

/// <summary>When a run ends before its last epoch because <c>run.metric</c> no longer improves.</summary>
public sealed record EarlyStoppingRecipe
{
    /// <summary>Evaluations in a row without an improvement after which the run ends; 0 never ends it early.</summary>
    [Range(0, int.MaxValue)]
    public int Patience { get; init; }

    /// <summary>The least change of the metric that counts as an improvement, in its own unit.</summary>
    [Range(0.0, double.MaxValue)]
    public double MinDelta { get; init; }
}
