using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Which values of a tensor are dropped out: the same ones whenever the mask is applied, so that activations
/// can be computed again. Everything is drawn from libtorch's generator on the CPU, whose state checkpoints keep.
/// </summary>
internal sealed class DropoutMask : IDisposable
{
    private const int Levels = 1 << 16;

    private readonly Tensor? _factors;

    private DropoutMask(long seed, double probability, Tensor? factors)
    {
        Seed = seed;
        Threshold = (uint)Math.Round(probability * Levels);
        KeepScale = (float)(1 / (1 - probability));
        _factors = factors;
    }

    /// <summary>Fixes the mask of a kernel.</summary>
    public long Seed { get; }

    /// <summary>Of 65,536 values, how many are dropped.</summary>
    public uint Threshold { get; }

    /// <summary>What is kept is multiplied by this.</summary>
    public float KeepScale { get; }

    /// <summary>Draws a mask.</summary>
    /// <param name="x">A tensor like those that it will be applied to.</param>
    /// <param name="probability">Probability that a value is dropped, below 1.</param>
    /// <param name="seeds">The seeds of the step.</param>
    /// <returns>The mask; null where nothing is dropped.</returns>
    public static DropoutMask? Draw(Tensor x, double probability, DropoutSeeds seeds)
    {
        if (probability == 0)
            return null;

        if (Cuda.FusedKernels.For(x, x.size(-1)) is null)
        {
            using var scope = NewDisposeScope();
            var kept = empty(x.shape, ScalarType.Float32).bernoulli_(1 - probability).DivideInPlace(1 - probability);
            return new DropoutMask(0, probability, kept.to(x.dtype, x.device).DetachFromDisposeScope());
        }

        return new DropoutMask(seeds.Next(), probability, factors: null);
    }

    /// <summary>Applies the mask.</summary>
    /// <param name="x">A tensor of the shape the mask was drawn for.</param>
    public Tensor Apply(Tensor x) => _factors is null
        ? Cuda.FusedKernels.For(x, x.size(-1))!.Dropout(x, this)
        : x * _factors;

    /// <inheritdoc/>
    public void Dispose() => _factors?.Dispose();
}
