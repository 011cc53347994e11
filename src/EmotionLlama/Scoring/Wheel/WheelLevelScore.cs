namespace EmotionLlama.Scoring.Wheel;

/// <summary>How well predicted emotion words agree with the true ones on wheels, at one level.</summary>
public sealed record WheelLevelScore
{
    /// <summary>The level.</summary>
    public required WheelLevel Level { get; init; }

    /// <summary>Share of the predicted groups that are true: the mean over the samples, then over the wheels.</summary>
    public required double Precision { get; init; }

    /// <summary>Share of the true groups that are predicted: the mean over the samples, then over the wheels.</summary>
    public required double Recall { get; init; }

    /// <summary>The harmonic mean of each wheel's precision and recall, averaged over the wheels.</summary>
    public required double F1 { get; init; }

    /// <summary>The harmonic mean of precision and recall on each wheel.</summary>
    public required IReadOnlyList<double> F1PerWheel { get; init; }

    /// <summary>Samples whose truth each wheel has a word for; the others are left out.</summary>
    public required IReadOnlyList<int> SamplesPerWheel { get; init; }
}
