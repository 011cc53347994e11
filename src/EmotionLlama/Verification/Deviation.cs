namespace EmotionLlama.Verification;

/// <summary>How far something is from what the reference says.</summary>
/// <param name="Error">The largest deviation; infinite where the two cannot be compared.</param>
/// <param name="Where">The place of the largest deviation and both values, in one line; null where all is equal.
/// </param>
internal readonly record struct Deviation(double Error, string? Where = null)
{
    /// <summary>The two cannot be compared.</summary>
    public static Deviation Incomparable(string why) => new(double.PositiveInfinity, why);

    /// <summary>The largest of several deviations; none at all where there are none.</summary>
    public static Deviation Worst(IEnumerable<Deviation> deviations) =>
        deviations.Aggregate(default(Deviation), (worst, next) => next.Error > worst.Error ? next : worst);

    /// <summary>The sum of several counts of differing places, at the first of them.</summary>
    public static Deviation Sum(IEnumerable<Deviation> counts) =>
        counts.Aggregate(default(Deviation), (sum, next) => new(sum.Error + next.Error, sum.Where ?? next.Where));
}
