namespace EmotionLlama.Scoring.Judging;

/// <summary>A pair that no judge could score.</summary>
/// <param name="message">What it lacks.</param>
internal sealed class UnjudgeableException(string message) : Exception(message);
