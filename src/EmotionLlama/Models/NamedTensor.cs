using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A tensor under the name it has in checkpoints.</summary>
/// <param name="Name">The name of the original PyTorch module's parameter.</param>
/// <param name="Value">The tensor itself, not a copy.</param>
public readonly record struct NamedTensor(string Name, Tensor Value);
