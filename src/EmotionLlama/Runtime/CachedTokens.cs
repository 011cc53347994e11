using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>The keys and values that one layer has kept. Prompts are kept once, however many sequences go on from them.
/// </summary>
/// <param name="PromptKeys"><c>[prompts, keyHeads, longest, channels]</c>; what stands behind a shorter prompt is 0.</param>
/// <param name="PromptValues">Like the keys.</param>
/// <param name="AnswerKeys"><c>[sequences, keyHeads, capacity, channels]</c></param>
/// <param name="AnswerValues">Like the keys.</param>
internal sealed record CachedTokens(Tensor PromptKeys, Tensor PromptValues, Tensor AnswerKeys, Tensor AnswerValues);
