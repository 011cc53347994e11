using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A frozen linear map without bias that can carry a trained low-rank update.</summary>
public sealed class LoraLinear : IDisposable
{
    private readonly double _scale;
    private readonly double _dropout;

    /// <summary>Reads the frozen weight, and makes a fresh update where the settings ask for one.</summary>
    /// <param name="weights">Where <c>NAME.weight</c> is found.</param>
    /// <param name="name">The projection's name, such as <c>q_proj</c>.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="lora">Which projections get an update.</param>
    public LoraLinear(WeightReader weights, string name, long inputs, long outputs, LoraSettings lora)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(lora);
        Weight = weights.Take($"{name}.weight", outputs, inputs);
        if (!lora.Covers(name))
            return;

        A = Initial.LinearWeight(lora.Rank, inputs, weights.Device);
        B = zeros(outputs, lora.Rank, ScalarType.Float32, weights.Device).DetachFromDisposeScope().requires_grad_();
        _scale = lora.Alpha / lora.Rank;
        _dropout = lora.Dropout;
    }

    /// <summary>The frozen weight <c>[out, in]</c>.</summary>
    public Tensor Weight { get; }

    /// <summary>The update's first matrix <c>[rank, in]</c>, float32; null without an update.</summary>
    public Tensor? A { get; }

    /// <summary>The update's second matrix <c>[out, rank]</c>, float32; null without an update.</summary>
    public Tensor? B { get; }

    /// <summary>Applies the map.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="training">Whether dropout is on.</param>
    /// <returns><c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x, bool training) =>
        Operators.LoraLinear(x, Weight, A, B, _scale, training ? _dropout : 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        A?.Dispose();
        B?.Dispose();
    }
}
