namespace EmotionLlama.Evaluation;

/// <summary>A line of <c>predictions.jsonl</c>.</summary>
/// <param name="Name">The clip.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">The emotion that the answer names; null for none.</param>
/// <param name="Refused">Whether the answer refuses to say.</param>
/// <param name="Answer">The answer.</param>
internal sealed record PredictionLine(string Name, string Label, string? Predicted, bool Refused, string Answer);
