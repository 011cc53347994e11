namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>A figure that a trouble shows in.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">How much.</param>
/// <param name="Limit">Where trouble begins; null where the figure only explains.</param>
/// <param name="Exceeded">Whether it is beyond its limit.</param>
public sealed record Figure(string Name, double Value, double? Limit = null, bool Exceeded = false);
