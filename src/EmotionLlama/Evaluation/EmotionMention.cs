using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>A word of a text that names an emotion.</summary>
/// <param name="Start">Where the word begins, in characters.</param>
/// <param name="Length">Its length in characters.</param>
/// <param name="Emotion">The emotion it names.</param>
/// <param name="Negated">Whether the text says that the person does not feel it.</param>
/// <param name="Describes">Whether the word only describes a clue, such as "calm" in "a calm voice".</param>
public readonly record struct EmotionMention(int Start, int Length, Emotion Emotion, bool Negated, bool Describes);
