namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>What a checkpoint contributed to an average.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Epoch">The epoch it was saved after; null where it does not say.</param>
/// <param name="Share">Its part of the average, 0 where it was left out.</param>
/// <param name="Distance">How far its weights lie from the average: the L2 norm of the difference.</param>
/// <param name="Norm">The L2 norm of its weights, to compare the distance with.</param>
public sealed record AveragingContribution(string File, long? Epoch, double Share, double Distance, double Norm);
