namespace EmotionLlama.Scoring;

/// <summary>One system's descriptions, each beside the truth.</summary>
/// <param name="Name">The system, such as <c>Emotion-LLaMA</c>.</param>
/// <param name="Pairs">The clips that it describes, in the order of the truth.</param>
/// <param name="Missing">The clips of the truth that it does not describe.</param>
public sealed record SystemDescriptions(
    string Name, IReadOnlyList<DescriptionPair> Pairs, IReadOnlyList<string> Missing);
