namespace EmotionLlama.Scoring.Clues;

/// <summary>A way of saying a clue.</summary>
/// <param name="Clue">The clue, not negated.</param>
/// <param name="Elements">Classes of words, one after another; or a noun and what describes it.</param>
/// <param name="Describes">Whether the second element describes the first, before or behind it.</param>
/// <param name="InQuotes">Whether it also counts in quoted speech.</param>
/// <param name="IsTopic">Whether it is what the words are about, whatever they say of it.</param>
internal sealed record CluePattern(
    Clue Clue, WordSet[] Elements, bool Describes, bool InQuotes, bool IsTopic);
