using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Seeds of a step's dropout masks. libtorch's generator on the CPU, whose state checkpoints keep, is asked once,
/// because asking costs as much as launching a kernel; the other seeds follow from the first.</summary>
internal sealed class DropoutSeeds
{
    private ulong? _state;

    /// <summary>The next seed.</summary>
    /// <remarks>Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014: SplitMix64.</remarks>
    public long Next()
    {
        var state = _state ?? Draw();
        _state = state += 0x9E3779B97F4A7C15;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return (long)(state ^ (state >> 31));
    }

    private static ulong Draw()
    {
        using var seed = randint(long.MaxValue, [1], ScalarType.Int64);
        return (ulong)seed.item<long>();
    }
}
