using EmotionLlama.Datasets;

namespace EmotionLlama.World;

/// <summary>The random numbers of one clip for one purpose: the same on every platform and in every version of .NET, so
/// that a seed names a data set for good.</summary>
/// <remarks>A mutable struct: pass it by reference, or two users draw the same numbers.</remarks>
internal struct WorldRandom(long seed, long number, ulong purpose)
{
    private SplitMix64 _bits = new(SplitMix64.Mix(SplitMix64.Mix((ulong)seed, (ulong)number), purpose));

    /// <summary>A number in [low, high).</summary>
    public float Between(double low, double high) => (float)_bits.NextDouble(low, high);

    /// <summary>A number in (-extent, extent), small ones more often.</summary>
    public float Around(double extent) => (float)(extent * (_bits.NextDouble() + _bits.NextDouble() - 1));

    /// <summary>A number of a bell curve with mean 0 and standard deviation 1.</summary>
    public float Bell() => _bits.NextBell();

    /// <summary>A whole number in [0, count).</summary>
    public int Below(int count) => _bits.NextInt(count);

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => _bits.NextDouble() < probability;

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
}
