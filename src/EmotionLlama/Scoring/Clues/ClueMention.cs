namespace EmotionLlama.Scoring.Clues;

/// <summary>A place of a text that tells a clue.</summary>
/// <param name="Start">Where it begins, in characters.</param>
/// <param name="Length">Its length in characters.</param>
/// <param name="Clue">The clue.</param>
public readonly record struct ClueMention(int Start, int Length, Clue Clue);
