namespace EmotionLlama.World;

/// <summary>The world's own random numbers (SplitMix64, Steele et al. 2014): the same on every platform and in every
/// version of .NET, so that a seed names a data set for good.</summary>
internal struct WorldRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the stream that belongs to a seed, a number and a purpose.</summary>
    public WorldRandom(long seed, long number, ulong purpose)
    {
        _state = Mix(Mix(Mix((ulong)seed + Golden) ^ (ulong)number) ^ purpose);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Golden);

    /// <summary>A number in [0, 1).</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [low, high).</summary>
    public float Between(double low, double high) => (float)(low + ((high - low) * NextUnit()));

    /// <summary>A number in [-extent, extent), small ones more often.</summary>
    public float Around(double extent) => (float)(extent * (NextUnit() + NextUnit() - 1));

    /// <summary>A whole number in [0, count).</summary>
    public int Below(int count) => (int)(((UInt128)NextBits() * (ulong)count) >> 64);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => NextUnit() < probability;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>Puts the items in a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
