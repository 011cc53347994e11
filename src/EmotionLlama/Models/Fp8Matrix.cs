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
    // What the tensor cores take at once.
    private const int Multiple = 16;

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
        if (weights.Device.type == TorchSharp.DeviceType.CUDA && (inputs % Multiple != 0 || _rows.Sum() % Multiple != 0))
        {
            throw new InputException($"{weights.Location}: '{matrices[0].Name}' is part of a matrix of {_rows.Sum()} x "
                + $"{inputs}, and model.frozen_weights: fp8 needs multiples of {Multiple}; take auto or nf4");
        }

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
    public override RowForms Multiplies => RowForms.Fp8;

    /// <inheritdoc/>
    public override Tensor Forward(Rows x) => Rounded(x).Multiply(_forward, _dtype);

    /// <inheritdoc/>
    public override Tensor Backward(Rows gradient) => Rounded(gradient).Multiply(_backward, _dtype);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _forward.Dispose();
        _backward.Dispose();
    }

    private static Fp8Rows Rounded(Rows rows) => rows.Codes ?? Fp8Rows.Quantize(rows.Full);
}
