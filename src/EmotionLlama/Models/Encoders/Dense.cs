using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>A linear map with an optional bias, <c>x Wᵀ + b</c>.</summary>
internal sealed class Dense : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Reads <c>weight</c> and <c>bias</c>.</summary>
    /// <param name="weights">Where they lie.</param>
    /// <param name="outputs">Channels that come out.</param>
    /// <param name="inputs">Channels that go in.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public Dense(WeightReader weights, long outputs, long inputs, bool bias = true)
    {
        _weight = weights.Take("weight", outputs, inputs);
        _bias = bias ? weights.Take("bias", outputs) : null;
    }

    public Tensor Forward(Tensor x) => functional.linear(x, _weight, _bias);

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
