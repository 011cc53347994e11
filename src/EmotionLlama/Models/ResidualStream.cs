using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>The residual stream between two layers. What the last one adds is kept apart, because the next
/// normalization adds it on its way.</summary>
/// <param name="Sum"><c>[tokens, hidden]</c>.</param>
/// <param name="Added">What comes to it, <c>[tokens, hidden]</c>; null for nothing.</param>
internal readonly record struct ResidualStream(Tensor Sum, Tensor? Added)
{
    /// <summary>Hands both tensors to the dispose scope around the one that is open.</summary>
    public ResidualStream MoveToOuterDisposeScope() =>
        new(Sum.MoveToOuterDisposeScope(), Added?.MoveToOuterDisposeScope());
}
