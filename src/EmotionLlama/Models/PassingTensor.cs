using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A tensor that is filled piece by piece, used once and freed.</summary>
/// <param name="tensor">The tensor, which belongs to it.</param>
/// <param name="pieces">How many pieces fill it.</param>
/// <param name="use">What it is for.</param>
internal sealed class PassingTensor(Tensor tensor, int pieces, Action<Tensor> use) : IDisposable
{
    private int _missing = pieces;

    /// <summary>Counts a piece. With the last, the tensor is used.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool AddPiece()
    {
        if (Interlocked.Decrement(ref _missing) > 0)
            return false;

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        use(tensor);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => tensor.Dispose();
}
