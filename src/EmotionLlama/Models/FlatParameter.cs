using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A parameter inside a <see cref="FlatParameters"/>.</summary>
/// <param name="Name">Its name in checkpoints.</param>
/// <param name="Value">The parameter itself, a view.</param>
/// <param name="First">Where its values begin.</param>
public sealed record FlatParameter(string Name, Tensor Value, long First);
