using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A residual sum and its normalization.</summary>
/// <param name="Sum"><c>[tokens, hidden]</c>.</param>
/// <param name="Normed">The normalized rows, <c>[tokens, hidden]</c>.</param>
/// <param name="Dropped">The same behind a dropout; <paramref name="Normed"/> itself without one.</param>
internal readonly record struct NormedRows(Tensor Sum, Tensor Normed, Tensor Dropped);
