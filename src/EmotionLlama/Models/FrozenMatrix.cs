using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A frozen matrix <c>W</c> of shape <c>[out, in]</c>, or several with one input below each other, however it is
/// stored.</summary>
internal abstract class FrozenMatrix : IDisposable
{
    /// <summary>In which form its input and the gradient of its output are multiplied.</summary>
    public virtual RowForms Multiplies => RowForms.Wide;

    /// <summary>Applies it. Tensors that it makes on its way belong to the dispose scope that is open, and none is
    /// disposed before: decoding records this work.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <returns><c>x Wᵀ</c>, <c>[tokens, out]</c>.</returns>
    public abstract Tensor Forward(Rows x);

    /// <summary>The gradient of its input.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, out]</c>.</param>
    /// <returns><c>gradient W</c>, <c>[tokens, in]</c>.</returns>
    public abstract Tensor Backward(Rows gradient);

    /// <summary>Applies it where it is gate and up, and gates.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="forms">In which forms the gated activation is wanted.</param>
    /// <returns>Gate and up, <c>[tokens, 2 · inner]</c>, and <c>silu(gate) · up</c>, <c>[tokens, inner]</c>.</returns>
    public virtual (Tensor GateUp, Rows Gated) ForwardGated(Rows x, RowForms forms)
    {
        var gateUp = Forward(x);
        return (gateUp, QuantizingOperators.SwiGlu(gateUp, forms));
    }

    /// <summary>The gradient of gate and up, where it was applied to <c>silu(gate) · up</c>.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, out]</c>.</param>
    /// <param name="gateUp"><c>[tokens, 2 · inner]</c>; may be overwritten by the result.</param>
    /// <param name="forms">In which forms the result is wanted.</param>
    /// <returns><c>[tokens, 2 · inner]</c></returns>
    public virtual Rows BackwardGated(Rows gradient, Tensor gateUp, RowForms forms) =>
        QuantizingOperators.SwiGluBackward(Backward(gradient), gateUp, forms);

    /// <summary>The matrices that it is made of, <c>[rows, in]</c> each, in the data type of the arithmetic. Views where
    /// they are stored so; others are made anew and belong to the dispose scope that is open.</summary>
    public abstract IReadOnlyList<Tensor> Parts { get; }

    /// <summary>The tensors as they lie in memory.</summary>
    public abstract IEnumerable<Tensor> Stored { get; }

    /// <summary>Adds to some rows, where the matrix is stored so that this loses nothing but a rounding.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="update">What is added, <c>[rows, in]</c>, float32.</param>
    /// <returns>Whether it was added.</returns>
    public virtual bool TryAdd(long firstRow, Tensor update) => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the tensors.</summary>
    protected abstract void Dispose(bool disposing);
}
