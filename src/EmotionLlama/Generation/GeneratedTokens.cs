namespace EmotionLlama.Generation;

/// <summary>The token ids of one answer.</summary>
/// <param name="Ids">The ids, with the end symbol where the answer came to its end.</param>
/// <param name="Score">The score of a beam search's hypothesis, <c>Σ log probability / tokensᵖ</c>; null without
/// beam search.</param>
public sealed record GeneratedTokens(IReadOnlyList<int> Ids, double? Score);
