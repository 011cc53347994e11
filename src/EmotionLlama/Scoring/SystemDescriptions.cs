namespace EmotionLlama.Scoring;

/// <summary>One system's descriptions, each beside the truth.</summary>
/// <param name="System">The system, such as <c>Emotion-LLaMA</c>.</param>
/// <param name="Clips">Its descriptions.</param>
public sealed record SystemDescriptions(string System, DescriptionPairs Clips);
