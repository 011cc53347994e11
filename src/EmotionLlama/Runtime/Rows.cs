using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Rows on their way into a matrix product: in the data type of the arithmetic, rounded to 8 bits by the kernel that
/// made them, or both.</summary>
/// <param name="Wide"><c>[rows, width]</c>; null where nobody reads them so.</param>
/// <param name="Codes">The same in 8 bits; null where whoever wants them rounds them.</param>
internal readonly record struct Rows(Tensor? Wide, Fp8Rows? Codes) : IDisposable
{
    /// <summary>The rows in the data type of the arithmetic.</summary>
    /// <exception cref="InvalidOperationException">They were only asked for in 8 bits.</exception>
    public Tensor Full => Wide ?? throw new InvalidOperationException("rows were only asked for in 8 bits");

    public static implicit operator Rows(Tensor wide) => new(wide, null);

    /// <summary>Moves the tensors to the next outer dispose scope.</summary>
    public Rows MoveToOuterDisposeScope()
    {
        Wide?.MoveToOuterDisposeScope();
        Codes?.Codes.MoveToOuterDisposeScope();
        Codes?.Scales.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Wide?.Dispose();
        Codes?.Dispose();
    }
}
