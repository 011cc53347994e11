namespace EmotionLlama.Scoring.Wheel;

/// <summary>How much the emotion words of two descriptions agree, without a judge.</summary>
/// <remarks>Words are mapped to groups of emotion wheels. The score is ten times 2|G∩P|/(|G|+|P|) of the true groups G
/// and the description's groups P, averaged over the two levels and the wheels that have a word of the truth: the same
/// finer group counts fully, a neighbour inside the same coarser group counts half. It is not comparable with the
/// figures of a GPT judge.</remarks>
public static class LabelOverlap
{
    private const double FullScore = 10;

    /// <summary>Scores a description's emotions against the true ones.</summary>
    /// <param name="truth">The truth; its labels are read from its text where it has none.</param>
    /// <param name="prediction">The description; its labels are read from its text where it has none.</param>
    /// <param name="wheels">The wheels; the project's own where null.</param>
    public static LabelScore Measure(
        EmotionDescription truth, EmotionDescription prediction, EmotionWheels? wheels = null)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(prediction);
        return Measure(LabelsOf(truth), LabelsOf(prediction), wheels);
    }

    /// <summary>Scores emotion words against the true ones.</summary>
    public static LabelScore Measure(
        IReadOnlyList<string> truth, IReadOnlyList<string> prediction, EmotionWheels? wheels = null)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(prediction);
        wheels ??= EmotionWheels.BuiltIn;
        var overlaps =
            from wheel in wheels.Wheels
            from level in Enum.GetValues<WheelLevel>()
            let real = wheels.Map(truth, wheel, level)
            where real.Count > 0
            let claimed = wheels.Map(prediction, wheel, level)
            select 2.0 * real.Count(claimed.Contains) / (real.Count + claimed.Count);
        return new()
        {
            Truth = truth,
            Prediction = prediction,
            Score = overlaps.Select(overlap => (double?)(FullScore * overlap)).Average(),
        };
    }

    /// <summary>The labels of a description: those given, or the emotion words of its text.</summary>
    public static IReadOnlyList<string> LabelsOf(EmotionDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        return description.Labels ?? LabelReader.Read(description.Reason);
    }
}
