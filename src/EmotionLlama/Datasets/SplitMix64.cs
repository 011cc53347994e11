namespace EmotionLlama.Datasets;

/// <summary>
/// A small random number generator whose numbers depend on its seed alone, on every machine and .NET version.
/// Algorithm: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the
/// constants of their 64-bit mixer.
/// </summary>
/// <remarks>A mutable struct: pass it by reference, or two users draw the same numbers.</remarks>
public struct SplitMix64(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Scramble(_state += Increment);

    /// <summary>The next number in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next number in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>The next whole number in [0, <paramref name="count"/>). Its bias is below count / 2⁶⁴.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(Next(), (ulong)count, out _);
    }

    /// <summary>The next number of a bell curve with mean 0 and standard deviation 1: the sum of four uniform 16-bit
    /// numbers, which ends at ±3.46 and costs one draw.</summary>
    public float NextBell()
    {
        var bits = Next();
        var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF)
            + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        const double Mean = 4 * 65535 / 2.0;
        const double Deviation = 37837.227; // sqrt(4 / 12) · 65536
        return (float)((sum - Mean) / Deviation);
    }

    /// <summary>A seed made of two numbers, such as a seed and a position: changing a bit of either changes about half
    /// of the result's.</summary>
    public static ulong Mix(ulong first, ulong second) =>
        Scramble(Scramble(first + Increment) ^ (second * Increment + 1));

    private static ulong Scramble(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
