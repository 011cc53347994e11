using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>Layer normalization over the last dimension.</summary>
/// <remarks>Ba et al., "Layer Normalization", 2016.</remarks>
internal sealed class LayerNorm : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly double _epsilon;

    /// <summary>Reads <c>weight</c> and <c>bias</c>.</summary>
    public LayerNorm(WeightReader weights, long channels, double epsilon)
    {
        _weight = weights.Take("weight", channels);
        _bias = weights.Take("bias", channels);
        _epsilon = epsilon;
    }

    public Tensor Forward(Tensor x) => functional.layer_norm(x, _weight.shape, _weight, _bias, _epsilon);

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
