namespace EmotionLlama.Models;

/// <summary>A trained parameter as checkpoints know it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Tensor">The tensor that it is a part of.</param>
/// <param name="Part">Which part.</param>
internal readonly record struct TrainedParameter(string Name, TrainedTensor Tensor, int Part = 0);
