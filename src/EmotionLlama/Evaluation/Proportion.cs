namespace EmotionLlama.Evaluation;

/// <summary>A share of counted cases, such as right answers among all, with its uncertainty.</summary>
/// <param name="Hits">Cases that count.</param>
/// <param name="Count">All cases.</param>
public readonly record struct Proportion(int Hits, int Count)
{
    /// <summary>The two-sided 95 % quantile of the standard normal distribution.</summary>
    private const double Quantile = 1.959963984540054;

    /// <summary>The share, 0 to 1; 0 without cases.</summary>
    public double Value => Count > 0 ? (double)Hits / Count : 0;

    /// <summary>The lower end of the 95 % interval.</summary>
    public double Lower => Wilson(-1);

    /// <summary>The upper end of the 95 % interval.</summary>
    public double Upper => Wilson(+1);

    /// <summary>Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927), which unlike the textbook one
    /// stays within 0 and 1 and holds for small counts:
    /// <c>(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)</c>. Without cases it is everything, 0 to 1.</summary>
    private double Wilson(int side)
    {
        if (Count == 0)
            return side < 0 ? 0 : 1;

        // Exact where rounding would leave a trace.
        if (side < 0 && Hits == 0)
            return 0;
        if (side > 0 && Hits == Count)
            return 1;

        var spread = Quantile * Quantile / Count;
        var middle = Value + (spread / 2);
        var margin = Math.Sqrt((Value * (1 - Value) * spread) + (spread * spread / 4));
        return (middle + (side * margin)) / (1 + spread);
    }
}
