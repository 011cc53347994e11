using EmotionLlama.Configuration;

namespace EmotionLlama.Models;

/// <summary>Makes the frozen matrices of a model, and owns what they share.</summary>
/// <param name="kind">How they are stored.</param>
internal sealed class FrozenMatrices(FrozenFormat kind) : IDisposable
{
    /// <summary>Reads matrices with one input into one.</summary>
    /// <param name="weights">Where the matrices are found.</param>
    /// <param name="inputs">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public FrozenMatrix Read(
        WeightReader weights, long inputs, IReadOnlyList<(string Name, long Rows)> matrices) => kind switch
        {
            FrozenFormat.Fp8 => new Fp8Matrix(weights, inputs, matrices),
            _ => new DenseMatrix(weights, inputs, matrices),
        };

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
