using System.Numerics;

namespace EmotionLlama.Datasets;

/// <summary>
/// A random order of the numbers 0 … count−1 in which any place can be looked up at once and nothing is stored: a
/// Feistel network over the next even number of bits, walked on until it lands inside the range (J. Black, P. Rogaway,
/// "Ciphers with Arbitrary Finite Domains", 2002).
/// </summary>
public readonly struct SeededPermutation
{
    private const int Rounds = 6;

    // Below two bits a half, a network has too few different orders.
    private const int LeastHalfBits = 2;

    private readonly ulong _seed;
    private readonly int _halfBits;

    /// <summary>Creates the order of a seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public SeededPermutation(ulong seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _seed = seed;
        Count = count;
        var bits = BitOperations.Log2((uint)count) + 1;
        _halfBits = Math.Max((bits + 1) / 2, LeastHalfBits);
    }

    /// <summary>How many numbers are ordered.</summary>
    public int Count { get; }

    /// <summary>The number at a place of the order.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="place"/> is not in [0, <see cref="Count"/>).
    /// </exception>
    public int this[int place]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(place);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Count);
            var number = (uint)place;
            do
                number = Encrypt(number);
            while (number >= (uint)Count);

            return (int)number;
        }
    }

    private uint Encrypt(uint number)
    {
        var mask = (1u << _halfBits) - 1;
        var (left, right) = (number >> _halfBits, number & mask);
        for (var round = 0; round < Rounds; round++)
        {
            var key = SplitMix64.Mix(_seed, ((ulong)round << 32) | right);
            (left, right) = (right, left ^ ((uint)(key >> 32) & mask));
        }

        return (left << _halfBits) | right;
    }
}
