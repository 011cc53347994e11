using EmotionLlama.Configuration;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Makes the frozen matrices of a model, and owns what they share.</summary>
/// <param name="format">How they are stored.</param>
/// <param name="dtype">Data type of the arithmetic.</param>
/// <param name="device">Where it is done.</param>
internal sealed class FrozenMatrices(FrozenFormat format, ScalarType dtype, Device device) : IDisposable
{
    private readonly SharedScratch _scratch = new(dtype, device);

    /// <summary>Whether products of these matrices write into memory that they share, so that they must follow one
    /// another, on one stream.</summary>
    public bool ShareMemory => format == FrozenFormat.Nf4;

    /// <summary>Reads matrices with one input into one.</summary>
    /// <param name="weights">Where the matrices are found.</param>
    /// <param name="inputs">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public FrozenMatrix Read(
        WeightReader weights, long inputs, IReadOnlyList<(string Name, long Rows)> matrices) => format switch
        {
            FrozenFormat.Fp8 => new Fp8Matrix(weights, inputs, matrices),
            FrozenFormat.Nf4 => new Nf4Matrix(weights, inputs, matrices, _scratch),
            _ => new DenseMatrix(weights, inputs, matrices),
        };

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();
}
