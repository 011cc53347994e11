namespace EmotionLlama.Cli.Rendering;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>One character for each value, as high as the value lies between the lowest and the highest; a value
    /// that is not finite is a gap.</summary>
    public static string Draw(IReadOnlyList<double> values)
    {
        var finite = values.Where(double.IsFinite).ToList();
        if (finite.Count == 0)
            return new string(' ', values.Count);

        var (low, high) = (finite.Min(), finite.Max());
        return string.Concat(values.Select(value => Bar(value, low, high)));
    }

    private static char Bar(double value, double low, double high)
    {
        if (!double.IsFinite(value))
            return ' ';

        return high > low ? Bars[(int)Math.Round((value - low) / (high - low) * (Bars.Length - 1))] : Bars[0];
    }
}
