namespace EmotionLlama.Generation;

/// <summary>Random numbers that are the same for a seed on every machine and with every version of .NET.</summary>
/// <remarks>SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.</remarks>
internal sealed class RandomStream
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the stream of one sequence of a batch.</summary>
    public RandomStream(long seed, int sequence) =>
        _state = Mix(unchecked((ulong)seed + Step)) ^ Mix(unchecked((ulong)sequence));

    /// <summary>The next number in [0, 1).</summary>
    public double NextDouble()
    {
        unchecked
        {
            _state += Step;
        }

        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
