namespace EmotionLlama.Monitoring;

/// <summary>What the model said about one clip at one moment of its training.</summary>
public sealed record SampleAnswer
{
    /// <summary>Optimizer steps taken before the answer was generated; 0 is before training.</summary>
    public required long Step { get; init; }

    /// <summary>Epochs completed before the answer was generated.</summary>
    public required int Epoch { get; init; }

    /// <summary>The clip's name in the annotations.</summary>
    public required string Clip { get; init; }

    /// <summary>The task, such as <c>reason_v2</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The instruction the model was given.</summary>
    public required string Instruction { get; init; }

    /// <summary>The answer of the annotations.</summary>
    public required string Expected { get; init; }

    /// <summary>The model's answer.</summary>
    public required string Answer { get; init; }
}
