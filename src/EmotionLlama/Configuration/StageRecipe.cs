namespace EmotionLlama.Configuration;

/// <summary>A sub-stage of training: a range of epochs with its own rates. Rates left out are the run's.</summary>
public sealed record StageRecipe
{
    /// <summary>A name for the log.</summary>
    public required string Name { get; init; }

    /// <summary>First epoch, counted from 0.</summary>
    public required int FirstEpoch { get; init; }

    /// <summary>The epoch after the last. In YAML <c>epochs: 0-15</c> gives both.</summary>
    public required int EndEpoch { get; init; }

    /// <summary>Learning rate after warm-up.</summary>
    public double? InitLr { get; init; }

    /// <summary>Learning rate at the end of the stage.</summary>
    public double? MinLr { get; init; }

    /// <summary>Learning rate at the start of warm-up.</summary>
    public double? WarmupLr { get; init; }

    /// <summary>Steps of warm-up at the start of the stage.</summary>
    public int? WarmupSteps { get; init; }
}
