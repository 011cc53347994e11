namespace EmotionLlama.Workflows;

/// <summary>How far a scorer is.</summary>
/// <param name="System">The system under way.</param>
/// <param name="Scorer">The scorer under way.</param>
/// <param name="Scored">Clips scored so far.</param>
/// <param name="Count">All its clips.</param>
public readonly record struct ScoreProgress(string System, string Scorer, int Scored, int Count);
