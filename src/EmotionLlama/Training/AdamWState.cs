using static TorchSharp.torch;

namespace EmotionLlama.Training;

/// <summary>What AdamW remembers of one parameter.</summary>
/// <param name="Name">The parameter's name in checkpoints.</param>
/// <param name="HasWeightDecay">Whether it gets weight decay.</param>
/// <param name="Steps">Steps taken so far.</param>
/// <param name="FirstMoment">Running mean of its gradient, of its shape; the tensor itself, not a copy.</param>
/// <param name="SecondMoment">Running mean of its squared gradient; the tensor itself, not a copy.</param>
public sealed record AdamWState(
    string Name, bool HasWeightDecay, long Steps, Tensor FirstMoment, Tensor SecondMoment);
