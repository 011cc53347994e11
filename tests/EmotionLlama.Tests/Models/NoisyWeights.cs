using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>The tensors of another source with some noise on each, so that no normalization is one and no bias zero.
/// </summary>
internal sealed class NoisyWeights(IWeightSource source) : IWeightSource
{
    public string Location => source.Location;

    public IReadOnlyCollection<string> Names => source.Names;

    public IReadOnlyList<long>? ShapeOf(string name) => source.ShapeOf(name);

    public Tensor Read(string name)
    {
        using var scope = NewDisposeScope();
        var noise = TinyModels.Normal([.. ShapeOf(name)!], 0.1, SeedOf(name));
        return (source.Read(name) + noise).MoveToOuterDisposeScope();
    }

    /// <summary>A number that a name always has.</summary>
    public static int SeedOf(string name) =>
        name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter) & 0xFFFFFF);
}
