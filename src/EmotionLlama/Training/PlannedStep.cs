namespace EmotionLlama.Training;

/// <summary>One optimizer step of a plan.</summary>
public sealed record PlannedStep
{
    /// <summary>Counted from 0 over the run.</summary>
    public required long Step { get; init; }

    /// <summary>The epoch, counted from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Its first iteration in the epoch, counted from 0.</summary>
    public required int FirstIteration { get; init; }

    /// <summary>Micro-batches whose gradients it adds up.</summary>
    public required int Iterations { get; init; }

    /// <summary>Its first micro-batch, counted from 0 over the run.</summary>
    public required long FirstBatch { get; init; }

    /// <summary>The learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Name of the sub-stage; empty where the run has none.</summary>
    public required string Stage { get; init; }

    /// <summary>Whether it is the first of its sub-stage; the first of the run begins one, too.</summary>
    public bool BeginsStage { get; init; }

    /// <summary>Whether AdamW starts anew with it.</summary>
    public bool ResetsOptimizer { get; init; }

    /// <summary>Whether it is the last of its epoch.</summary>
    public required bool EndsEpoch { get; init; }
}
