namespace EmotionLlama.Checkpoints;

/// <summary>What a model took from a checkpoint.</summary>
/// <param name="Location">The checkpoint.</param>
/// <param name="Taken">Trained weights that were taken.</param>
/// <param name="Missing">Trained weights that the checkpoint does not have; they stay as they were.</param>
/// <param name="Unexpected">Tensors of the checkpoint that the model has no use for.</param>
public sealed record LoadReport(
    string Location,
    IReadOnlyList<string> Taken,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected)
{
    /// <summary>One line for people.</summary>
    public override string ToString() =>
        $"{Location}: {Taken.Count} trained tensors taken, {Missing.Count} missing, {Unexpected.Count} not needed"
        + (Missing.Count > 0 ? $" (missing: {string.Join(", ", Missing.Take(3))}{(Missing.Count > 3 ? ", …" : "")})" : "");
}
