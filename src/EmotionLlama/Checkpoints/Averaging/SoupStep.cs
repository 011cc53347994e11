namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>What a greedy soup did with a checkpoint.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Alone">The metric of the checkpoint itself.</param>
/// <param name="Before">The metric of the average before it came; null for the first, the best one.</param>
/// <param name="After">The metric of the average with it.</param>
/// <param name="Added">Whether it was added: where the average with it is at least as good.</param>
public sealed record SoupStep(string File, double Alone, double? Before, double After, bool Added);
