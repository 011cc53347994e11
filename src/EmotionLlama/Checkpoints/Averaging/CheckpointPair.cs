namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>How two checkpoints lie to each other.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Distance">The L2 norm of the difference of their weights.</param>
/// <param name="Cosine">The cosine of the angle between their weights, as one vector each.</param>
public sealed record CheckpointPair(string First, string Second, double Distance, double Cosine);
