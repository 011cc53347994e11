using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models.Encoders;

/// <summary>The mean of features that come piece by piece, summed in float64, so that neither their number nor how
/// they are cut changes it.</summary>
/// <param name="channels">Channels of a feature.</param>
internal sealed class FeatureMean(long channels) : IDisposable
{
    private readonly Tensor _sum = zeros([channels], ScalarType.Float64).DetachFromDisposeScope();

    /// <summary>Features so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds features.</summary>
    /// <param name="features"><c>[features, channels]</c>, on any device.</param>
    public void Add(Tensor features)
    {
        using var scope = NewDisposeScope();
        _sum.AddInPlace(features.to(ScalarType.Float64).sum(dim: 0).cpu());
        Count += features.shape[0];
    }

    /// <summary>The mean: <c>[channels]</c>.</summary>
    public float[] ToArray()
    {
        using var scope = NewDisposeScope();
        return _sum.Over(Count).to(ScalarType.Float32).data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _sum.Dispose();
}
