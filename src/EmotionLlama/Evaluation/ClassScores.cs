using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>How well one label was recognized.</summary>
public sealed record ClassScores
{
    /// <summary>The label.</summary>
    public required Emotion Emotion { get; init; }

    /// <summary>Of the answers with this label, the share that was right; 0 where there is no such answer.</summary>
    public required double Precision { get; init; }

    /// <summary>Of the clips with this label, the share that was recognized; 0 where there is no such clip.</summary>
    public required double Recall { get; init; }

    /// <summary>The harmonic mean of precision and recall; 0 where both are.</summary>
    public required double F1 { get; init; }

    /// <summary>Clips with this label.</summary>
    public required int Support { get; init; }
}
