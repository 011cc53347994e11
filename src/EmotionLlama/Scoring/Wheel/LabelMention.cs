namespace EmotionLlama.Scoring.Wheel;

/// <summary>An emotion word of a text.</summary>
/// <param name="Label">The English word.</param>
/// <param name="Concludes">Whether the text concludes it.</param>
/// <param name="Describes">Whether it only describes a clue.</param>
internal sealed record LabelMention(string Label, bool Concludes, bool Describes);
