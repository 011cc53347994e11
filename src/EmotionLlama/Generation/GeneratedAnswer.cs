namespace EmotionLlama.Generation;

/// <summary>What the model says about a clip.</summary>
/// <param name="Name">The clip's name in the annotations.</param>
/// <param name="Text">The answer.</param>
/// <param name="TokenIds">The token ids of the answer, with the end symbol where it came to its end.</param>
/// <param name="Score">The score of a beam search's hypothesis; null without beam search.</param>
public sealed record GeneratedAnswer(string Name, string Text, IReadOnlyList<int> TokenIds, double? Score);
