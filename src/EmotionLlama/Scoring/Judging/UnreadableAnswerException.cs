namespace EmotionLlama.Scoring.Judging;

/// <summary>An answer without what was asked for.</summary>
/// <param name="message">What is wrong with it, to be read by a person and by the judge.</param>
internal sealed class UnreadableAnswerException(string message) : Exception(message);
