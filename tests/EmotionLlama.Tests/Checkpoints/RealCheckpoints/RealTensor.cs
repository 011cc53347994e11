using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>A tensor as a published file holds it.</summary>
internal sealed record RealTensor(string Name, ScalarType Type, params long[] Shape)
{
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    public long Bytes => Count * (Type == ScalarType.Float32 ? 4 : 2);
}
