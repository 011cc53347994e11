using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Fresh values of trained weights, drawn from libtorch's default generator as PyTorch's <c>nn.Linear</c>
/// draws them.</summary>
internal static class Initial
{
    /// <summary>Uniform in ±1/√inputs, <c>[outputs, inputs]</c> (Kaiming uniform with a = √5), float32.</summary>
    public static Tensor LinearWeight(long outputs, long inputs, Device device) =>
        Uniform(inputs, device, outputs, inputs);

    /// <summary>Uniform in ±1/√inputs, <c>[outputs]</c>, float32.</summary>
    public static Tensor LinearBias(long outputs, long inputs, Device device) => Uniform(inputs, device, outputs);

    // Drawn on the CPU whatever the device, so that a seed means the same weights everywhere.
    private static Tensor Uniform(long inputs, Device device, params long[] shape)
    {
        var bound = 1 / Math.Sqrt(inputs);
        using var drawn = rand(shape, ScalarType.Float32);
        drawn.ScaleInPlace(2 * bound).SubtractInPlace(bound);
        return drawn.to(device, copy: true).DetachFromDisposeScope().requires_grad_();
    }
}
