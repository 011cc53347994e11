using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints;

/// <summary>Named tensors in files that stay open until this is disposed. Tensors read before stay valid.</summary>
public interface IOpenWeights : IWeightSource, IDisposable
{
    /// <summary>Describes a tensor without reading its values; null where there is no such tensor.</summary>
    TensorDescription? Describe(string name);
}
