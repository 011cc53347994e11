using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Queries, keys and values of packed tokens, or their gradients.</summary>
/// <param name="Query"><c>[tokens, heads, channels]</c>.</param>
/// <param name="Key"><c>[tokens, keyHeads, channels]</c>; heads is a multiple of keyHeads.</param>
/// <param name="Value"><c>[tokens, keyHeads, channels]</c>.</param>
internal readonly record struct QueryKeyValue(Tensor Query, Tensor Key, Tensor Value);
