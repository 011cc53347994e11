using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>What the model said about a labelled clip.</summary>
/// <param name="Name">The clip.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">The emotion that the answer concludes with; null where it names none.</param>
/// <param name="Answer">The answer.</param>
public sealed record ClipPrediction(string Name, Emotion Label, Emotion? Predicted, string Answer);
