using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A frozen matrix in the data type of the arithmetic.</summary>
internal sealed class DenseMatrix : FrozenMatrix
{
    private readonly Tensor _whole;
    private readonly IReadOnlyList<Tensor> _parts;

    /// <summary>Reads matrices with one input into one.</summary>
    /// <param name="weights">Where the matrices are found.</param>
    /// <param name="inputs">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public DenseMatrix(WeightReader weights, long inputs, IReadOnlyList<(string Name, long Rows)> matrices) =>
        (_whole, _parts) = weights.TakeStacked(inputs, matrices);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Parts => _parts;

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Stored => [_whole];

    /// <inheritdoc/>
    public override Tensor Forward(Rows x) => FusedOperators.Linear(x.Full, _whole);

    /// <inheritdoc/>
    public override Tensor Backward(Rows gradient) => gradient.Full.mm(_whole);

    /// <inheritdoc/>
    public override (Tensor GateUp, Rows Gated) ForwardGated(Rows x, RowForms forms) =>
        FusedOperators.LinearSwiGlu(x.Full, _whole);

    /// <inheritdoc/>
    public override Rows BackwardGated(Rows gradient, Tensor gateUp, RowForms forms) =>
        FusedOperators.LinearSwiGluBackward(gradient.Full, _whole, gateUp);

    /// <inheritdoc/>
    public override bool TryAdd(long firstRow, Tensor update)
    {
        using var scope = NewDisposeScope();
        var rows = _whole.narrow(0, firstRow, update.shape[0]);
        rows.copy_(rows.to(ScalarType.Float32).Plus(update));
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var part in _parts)
            part.Dispose();

        _whole.Dispose();
    }
}
