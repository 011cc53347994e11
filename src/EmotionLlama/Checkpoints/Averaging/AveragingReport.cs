namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>How an average came about.</summary>
public sealed record AveragingReport
{
    /// <summary>The file that was written.</summary>
    public required string Output { get; init; }

    /// <summary><c>uniform</c>, <c>weighted</c> or <c>greedy</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Averaged tensors.</summary>
    public required int Tensors { get; init; }

    /// <summary>Averaged values.</summary>
    public required long Parameters { get; init; }

    /// <summary>What each checkpoint contributed, in the order they were given.</summary>
    public required IReadOnlyList<AveragingContribution> Contributions { get; init; }

    /// <summary>How the checkpoints lie to each other.</summary>
    public required IReadOnlyList<CheckpointPair> Pairs { get; init; }

    /// <summary>The metric of a greedy soup; null otherwise.</summary>
    public string? Metric { get; init; }

    /// <summary>The steps of a greedy soup, the best checkpoint first; empty otherwise.</summary>
    public IReadOnlyList<SoupStep> Soup { get; init; } = [];

    /// <summary>What a person should know, each one line.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
