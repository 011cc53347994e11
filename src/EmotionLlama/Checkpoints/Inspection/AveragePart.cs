namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>A checkpoint in an average.</summary>
/// <param name="File">Its file's name.</param>
/// <param name="Epoch">The epoch it was saved after; null where it did not say.</param>
/// <param name="Share">Its part of the average; all parts add up to 1.</param>
public sealed record AveragePart(string File, long? Epoch, double Share);
