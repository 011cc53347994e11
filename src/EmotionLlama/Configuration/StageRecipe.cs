using System.ComponentModel.DataAnnotations;

namespace EmotionLlama.Configuration;

/// <summary>A sub-stage of training: a range of epochs with its own rates. Rates left out are the run's.</summary>
public sealed record StageRecipe
{
    /// <summary>A name for the log.</summary>
    public required string Name { get; init; }

    /// <summary>First epoch, counted from 0.</summary>
    [Range(0, int.MaxValue)]
    public required int FirstEpoch { get; init; }

    /// <summary>The epoch after the last. In YAML <c>epochs: 0-15</c> gives both.</summary>
    [Range(0, int.MaxValue)]
    public required int EndEpoch { get; init; }

    /// <summary>Learning rate after warm-up.</summary>
    [Range(0.0, double.MaxValue)]
    public double? InitLr { get; init; }

    /// <summary>Learning rate at the end of the stage.</summary>
    [Range(0.0, double.MaxValue)]
    public double? MinLr { get; init; }

    /// <summary>Learning rate at the start of warm-up.</summary>
    [Range(0.0, double.MaxValue)]
    public double? WarmupLr { get; init; }

    /// <summary>Steps of warm-up at the start of the stage.</summary>
    [Range(0, int.MaxValue)]
    public int? WarmupSteps { get; init; }

    /// <summary>Whether AdamW's state goes on or starts anew where the stage begins.</summary>
    public StageOptimizer Optimizer { get; init; } = StageOptimizer.Keep;
}
