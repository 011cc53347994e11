namespace EmotionLlama.Scoring.Wheel;

/// <summary>The emotion-wheel metric of open-vocabulary emotion recognition.</summary>
/// <remarks>Labels are mapped to groups of a wheel. With the true groups G and the predicted groups P of a sample,
/// precision is the mean of |G∩P|/|P| (0 where P is empty), recall the mean of |G∩P|/|G|, over the samples with a
/// non-empty G, and F = 2PR/(P+R); the wheels are averaged.</remarks>
public static class WheelMetric
{
    /// <summary>Scores descriptions by the emotion words they give, or that are read from their texts.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="level">How fine the groups are.</param>
    /// <param name="wheels">The wheels; the project's own where null.</param>
    public static WheelLevelScore Measure(
        IReadOnlyList<DescriptionPair> pairs, WheelLevel level, EmotionWheels? wheels = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        wheels ??= EmotionWheels.BuiltIn;
        var labels = pairs.Select(
            pair => (LabelOverlap.LabelsOf(pair.Truth), LabelOverlap.LabelsOf(pair.Prediction))).ToArray();
        var scores = wheels.Wheels.Select(wheel => Measure(labels, wheels, wheel, level)).ToArray();
        return new()
        {
            Level = level,
            Precision = scores.Average(score => score.Precision),
            Recall = scores.Average(score => score.Recall),
            F1 = scores.Average(F1),
            F1PerWheel = [.. scores.Select(F1)],
            SamplesPerWheel = [.. scores.Select(score => score.Samples)],
        };
    }

    private static (double Precision, double Recall, int Samples) Measure(
        (IReadOnlyList<string> Truth, IReadOnlyList<string> Prediction)[] labels,
        EmotionWheels wheels,
        EmotionWheel wheel,
        WheelLevel level)
    {
        double precision = 0, recall = 0;
        var samples = 0;
        foreach (var (truth, prediction) in labels)
        {
            var real = wheels.Map(truth, wheel, level);
            if (real.Count == 0)
                continue;

            var claimed = wheels.Map(prediction, wheel, level);
            double shared = real.Count(claimed.Contains);
            precision += shared / Math.Max(1, claimed.Count);
            recall += shared / real.Count;
            samples++;
        }

        return (precision / Math.Max(1, samples), recall / Math.Max(1, samples), samples);
    }

    private static double F1((double Precision, double Recall, int Samples) score) =>
        score.Precision + score.Recall is > 0 and var sum ? 2 * score.Precision * score.Recall / sum : 0;
}
