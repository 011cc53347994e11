namespace EmotionLlama.Reporting;

/// <summary>A named line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Style">Its CSS class.</param>
/// <param name="Points">Its points, by growing x; a y that is not finite leaves a gap.</param>
internal sealed record Curve(string Name, string Style, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>The curve with at most about <paramref name="limit"/> points: of each stretch only the lowest and the
    /// highest one, so that spikes stay visible.</summary>
    public Curve Thinned(int limit)
    {
        if (Points.Count <= limit)
            return this;

        var stretch = (int)Math.Ceiling(2.0 * Points.Count / limit);
        var extremes = Points.Chunk(stretch).SelectMany(chunk =>
        {
            var (low, high) = (chunk.MinBy(point => point.Y), chunk.MaxBy(point => point.Y));
            return low.X == high.X ? [low] : low.X < high.X ? [low, high] : new[] { high, low };
        });
        return this with { Points = [.. extremes] };
    }
}
