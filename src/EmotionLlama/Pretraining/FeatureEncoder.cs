using EmotionLlama.Models;
using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Pretraining;

/// <summary>A small vision transformer that turns one or several pictures of a clip into one vector of 1,024 channels.
/// </summary>
internal sealed class FeatureEncoder : IDisposable
{
    /// <summary>Height and width of the pictures in pixels.</summary>
    public const int ImageSize = 64;

    private const int Channels = 88;
    private const int Inner = 256;
    private const int Blocks = 2;
    private const int PatchSize = 16;
    private const double NormEpsilon = 1e-6;

    private readonly EvaVisionTransformer _tower;
    private readonly Tensor _expandWeight;
    private readonly Tensor _expandBias;

    /// <summary>Reads an encoder.</summary>
    public FeatureEncoder(WeightReader weights)
    {
        _tower = new EvaVisionTransformer(weights.Under("tower."), ImageSize);
        _expandWeight = weights.Take("expand.weight", EmotionLlamaModel.FeatureSize, Channels);
        _expandBias = weights.Take("expand.bias", EmotionLlamaModel.FeatureSize);
    }

    private FeatureEncoder(long seed)
    {
        var tower = RandomWeights.ForVision(Channels, Inner, Blocks, PatchSize, ImageSize, seed);
        _tower = new EvaVisionTransformer(new WeightReader(tower, CPU, ScalarType.Float32), ImageSize);
        using var generator = new Generator((ulong)seed);
        _expandWeight = randn([EmotionLlamaModel.FeatureSize, Channels], generator: generator).Over(Math.Sqrt(Channels))
            .DetachFromDisposeScope();
        _expandBias = zeros(EmotionLlamaModel.FeatureSize).DetachFromDisposeScope();
    }

    /// <summary>An encoder with random weights.</summary>
    public static FeatureEncoder Random(long seed) => new(seed);

    /// <summary>All weights.</summary>
    public IEnumerable<NamedTensor> Weights =>
    [
        .. _tower.Weights.Select(weight => weight with { Name = $"tower.{weight.Name}" }),
        new("expand.weight", _expandWeight),
        new("expand.bias", _expandBias),
    ];

    /// <summary>Encodes clips of equally many pictures.</summary>
    /// <param name="pictures"><c>[clips, pictures, 3, 64, 64]</c>.</param>
    /// <returns><c>[clips, 1024]</c>.</returns>
    public Tensor Forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var (clips, count) = (pictures.shape[0], pictures.shape[1]);
        var encoded = _tower.Forward(pictures.flatten(0, 1));
        var classTokens = encoded.select(1, 0).view(clips, count, Channels).mean([1]);
        var normed = functional.layer_norm(classTokens, [Channels], eps: NormEpsilon);
        return functional.linear(normed, _expandWeight, _expandBias).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tower.Dispose();
        _expandWeight.Dispose();
        _expandBias.Dispose();
    }
}
