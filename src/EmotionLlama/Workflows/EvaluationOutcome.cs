using EmotionLlama.Evaluation;

namespace EmotionLlama.Workflows;

/// <summary>How the evaluation of a test set ended.</summary>
public sealed record EvaluationOutcome
{
    /// <summary>The scores.</summary>
    public required RecognitionMetrics Metrics { get; init; }

    /// <summary>Which modality drives the labels; null where none was withheld.</summary>
    public ModalityReport? Modalities { get; init; }

    /// <summary>The folder of all files.</summary>
    public required string Folder { get; init; }

    /// <summary>The predictions as CSV.</summary>
    public required string Predictions { get; init; }

    /// <summary>The HTML report.</summary>
    public required string Report { get; init; }

    /// <summary>How long it took, what an earlier evaluation had answered not included.</summary>
    public required TimeSpan Duration { get; init; }
}
