using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints;

/// <summary>Named tensors in files that stay open until this is disposed. Tensors read before stay valid.</summary>
public interface IOpenWeights : IWeightSource, IDisposable;
