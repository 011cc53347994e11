using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>The angles of rotary position embedding: cosine and sine of <c>position · θ^(−2i / channels)</c>.</summary>
/// <remarks>Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, equation 34.</remarks>
public sealed class RotaryTable : IDisposable
{
    /// <summary>Computes the angles.</summary>
    /// <param name="channels">Channels of a head; half as many angles.</param>
    /// <param name="positions">Positions, from 0.</param>
    /// <param name="theta">θ, the base of the frequencies.</param>
    /// <param name="factor">Positions are divided by this (linear scaling).</param>
    /// <param name="device">Where the table goes.</param>
    public RotaryTable(int channels, int positions, double theta, double factor, Device device)
    {
        using var scope = NewDisposeScope();
        var exponents = TensorArithmetic.Range(0, channels, 2, ScalarType.Float32).Over(channels);
        var frequencies = pow(tensor(theta, ScalarType.Float32), exponents).reciprocal();
        var angles = outer(TensorArithmetic.Range(positions, ScalarType.Float32).Over(factor), frequencies);
        Cosines = angles.cos().to(device).DetachFromDisposeScope();
        Sines = angles.sin().to(device).DetachFromDisposeScope();
    }

    /// <summary><c>[positions, channels / 2]</c>, float32.</summary>
    public Tensor Cosines { get; }

    /// <summary><c>[positions, channels / 2]</c>, float32.</summary>
    public Tensor Sines { get; }

    /// <summary>The number of positions.</summary>
    public long Length => Cosines.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        Cosines.Dispose();
        Sines.Dispose();
    }
}
