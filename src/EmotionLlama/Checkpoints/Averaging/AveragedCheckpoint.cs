using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Averaging;

/// <summary>A checkpoint that is averaged.</summary>
/// <param name="Path">The file.</param>
/// <param name="Weights">Its trained weights, under peft's older names.</param>
/// <param name="Epoch">The epoch it was saved after; null where it does not say.</param>
/// <param name="Config">The recipe it keeps, as nested dictionaries; null where it keeps none.</param>
public sealed record AveragedCheckpoint(
    string Path, IWeightSource Weights, long? Epoch, OrderedDictionary<object, object?>? Config);
