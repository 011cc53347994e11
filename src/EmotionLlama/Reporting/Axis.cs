using System.Globalization;

namespace EmotionLlama.Reporting;

/// <summary>A linear axis with round tick marks, mapped onto a stretch of a picture.</summary>
internal sealed class Axis
{
    private readonly double _from;
    private readonly double _to;
    private readonly double _step;

    /// <summary>Creates an axis that shows <paramref name="low"/> to <paramref name="high"/>.</summary>
    /// <param name="low">The lowest value.</param>
    /// <param name="high">The highest value.</param>
    /// <param name="from">Where the axis begins in the picture.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="ticks">About how many tick marks it has.</param>
    /// <param name="tight">Whether the axis ends at the values rather than at tick marks.</param>
    public Axis(double low, double high, double from, double to, int ticks, bool tight = false)
    {
        if (high <= low)
            high = low + (low == 0 ? 1 : Math.Abs(low) * 0.1);

        _from = from;
        _to = to;
        _step = RoundStep((high - low) / ticks);
        Low = tight ? low : Math.Floor(low / _step) * _step;
        High = tight ? high : Math.Ceiling(high / _step) * _step;
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>The tick marks, in the axis' own values.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            // Counted in steps, since repeated addition would miss the last mark by a rounding error.
            // Zero is added because the ceiling of a tiny negative number is negative zero, and would be written so.
            for (var step = Math.Ceiling((Low / _step) - 1e-9) + 0; step <= (High / _step) + 1e-9; step++)
                yield return step * _step;
        }
    }

    /// <summary>Where a value lies in the picture.</summary>
    public double Map(double value) => _from + ((value - Low) / (High - Low) * (_to - _from));

    /// <summary>The text of a tick mark, with as many digits as the step needs.</summary>
    public string Label(double tick)
    {
        if (tick == 0)
            return "0";

        if (_step < 1e-3)
            return tick.ToString("0.##e-0", CultureInfo.InvariantCulture);

        return _step >= 1000
            ? string.Create(CultureInfo.InvariantCulture, $"{tick / 1000:0.###}k")
            : tick.ToString("0.####", CultureInfo.InvariantCulture);
    }

    private static double RoundStep(double step)
    {
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / magnitude) switch
        {
            <= 1 => magnitude,
            <= 2 => 2 * magnitude,
            <= 5 => 5 * magnitude,
            _ => 10 * magnitude,
        };
    }
}
