namespace EmotionLlama.Generation;

/// <summary>A hypothesis of a beam search.</summary>
/// <param name="Row">The row of the scorer that it continues; −1 where it has ended.</param>
/// <param name="Tokens">Its tokens so far.</param>
/// <param name="Score">The sum of its log probabilities while it runs; divided by its length to the power of the length
/// penalty where it has ended.</param>
internal sealed record Beam(int Row, IReadOnlyList<int> Tokens, double Score);
