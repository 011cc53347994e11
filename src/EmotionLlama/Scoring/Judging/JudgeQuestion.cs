namespace EmotionLlama.Scoring.Judging;

/// <summary>One thing that a judge is asked.</summary>
/// <typeparam name="T">What the answer is.</typeparam>
/// <param name="Text">The prompt.</param>
/// <param name="Format">How it is to answer.</param>
internal sealed record JudgeQuestion<T>(string Text, AnswerFormat<T> Format);
