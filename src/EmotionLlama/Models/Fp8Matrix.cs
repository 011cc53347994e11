using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A frozen matrix in 8-bit floating point. Its inputs, and the gradients of its outputs, are rounded to 8 bits row
/// by row, so that both products run on the tensor cores' fastest data type.</summary>
/// <remarks>The products want both factors with the summed index last, so the matrix is held twice: <c>[out, in]</c> with a
/// scale for each output for the way forwards, <c>[in, out]</c> with one for each input for the way back. Where there is no
/// GPU, rounded numbers are multiplied in float32.</remarks>
internal sealed class Fp8Matrix : FrozenMatrix
{
    private readonly Fp8Rows _forward, _backward;
    private readonly long[] _rows;
    private readonly ScalarType _dtype;

    /// <summary>Reads matrices with one input into one.</summary>
    /// <param name="weights">Where the matrices are found.</param>
    /// <param name="inputs">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public Fp8Matrix(WeightReader weights, long inputs, IReadOnlyList<(string Name, long Rows)> matrices)
    {
        _rows = [.. matrices.Select(matrix => matrix.Rows)];
        _dtype = weights.Dtype;
        _forward = Fp8Rows.Empty(_rows.Sum(), inputs, weights.Device).Detach();
        _backward = Fp8Rows.Empty(inputs, _rows.Sum(), weights.Device).Detach();
        try
        {
            weights.UseStacked(inputs, matrices, whole =>
            {
                _forward.Fill(whole);
                _backward.Fill(whole.t());
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Parts => _forward.Values(_dtype).split(_rows);

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Stored =>
        [_forward.Codes, _forward.Scales, _backward.Codes, _backward.Scales];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        using var rows = Fp8Rows.Quantize(x);
        return rows.Multiply(_forward, x.dtype);
    }

    /// <inheritdoc/>
    public override Tensor Backward(Tensor gradient)
    {
        using var rows = Fp8Rows.Quantize(gradient);
        return rows.Multiply(_backward, gradient.dtype);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}
