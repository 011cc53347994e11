namespace EmotionLlama.Monitoring;

/// <summary>Reads the course of a noisy loss.</summary>
public static class LossCurve
{
    private const int MostStepsAveraged = 10;

    /// <summary>The loss at the beginning: the mean of the first tenth of the steps, at most 10 of them. One step's
    /// loss depends on the clips it happened to draw. NaN where no loss is finite.</summary>
    public static double First(IReadOnlyList<StepMetrics> steps) => Mean(steps, fromEnd: false);

    /// <summary>The loss at the end: the mean of the last tenth of the steps, at most 10 of them. NaN where no loss is
    /// finite.</summary>
    public static double Last(IReadOnlyList<StepMetrics> steps) => Mean(steps, fromEnd: true);

    /// <summary>The loss of every step, smoothed by an exponentially fading mean: <c>mₜ = Σ wᵗ⁻ⁱ xᵢ / Σ wᵗ⁻ⁱ</c>, which
    /// has no bias at the start. Values that are not finite are passed over.</summary>
    /// <param name="losses">The losses, by growing step.</param>
    /// <param name="halfLife">The age in steps at which a loss counts half.</param>
    public static IReadOnlyList<double> Smooth(IReadOnlyList<double> losses, double halfLife)
    {
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLife);
        var fading = Math.Pow(0.5, 1 / halfLife);
        var (sum, weight) = (0.0, 0.0);
        var smooth = new double[losses.Count];
        for (var index = 0; index < smooth.Length; index++)
        {
            if (double.IsFinite(losses[index]))
                (sum, weight) = ((sum * fading) + losses[index], (weight * fading) + 1);

            smooth[index] = weight > 0 ? sum / weight : double.NaN;
        }

        return smooth;
    }

    private static double Mean(IReadOnlyList<StepMetrics> steps, bool fromEnd)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var losses = steps.Select(step => step.Loss).Where(double.IsFinite).ToList();
        if (losses.Count == 0)
            return double.NaN;

        var count = Math.Clamp(losses.Count / 10, 1, MostStepsAveraged);
        return (fromEnd ? losses.TakeLast(count) : losses.Take(count)).Average();
    }
}
