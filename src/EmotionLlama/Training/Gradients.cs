using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>Work on all gradients of a step together.</summary>
internal static class Gradients
{
    /// <summary>The norm of all gradients together, where they are: a float32 scalar, infinite or NaN where one is. The
    /// caller owns it.</summary>
    /// <param name="parameters">The trained weights; those without a gradient do not count.</param>
    public static Tensor Norm(IReadOnlyList<NamedTensor> parameters)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] norms = [.. parameters.Select(parameter => parameter.Value.grad).OfType<Tensor>().Select(x => x.norm())];
        var norm = norms.Length == 0 ? zeros([], ScalarType.Float32) : stack(norms).norm();
        return norm.DetachFromDisposeScope();
    }
}
