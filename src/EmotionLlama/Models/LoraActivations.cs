using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>What the low-rank updates of an input keep for their gradients.</summary>
/// <param name="Input">The input behind its dropout, <c>[tokens, in]</c>; without dropout it is the input itself.</param>
/// <param name="Low">The updates' inner values, times their scale: <c>[tokens, updates · rank]</c>.</param>
internal sealed record LoraActivations(Tensor Input, Tensor Low);
