using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A residual sum and its normalization.</summary>
/// <param name="sum"><c>[tokens, hidden]</c>.</param>
/// <param name="rows">The normalized rows, <c>[tokens, hidden]</c>.</param>
/// <param name="dropped">The same behind a dropout; null without one.</param>
internal readonly struct NormedRows(Tensor sum, Rows rows, Tensor? dropped)
{
    /// <summary>The sum.</summary>
    public Tensor Sum => sum;

    /// <summary>The normalized rows in the forms that were asked for.</summary>
    public Rows Rows => rows;

    /// <summary>The normalized rows in the data type of the arithmetic.</summary>
    public Tensor Normed => rows.Full;

    /// <summary>The same behind a dropout; without one, the normalized rows, where they were asked for so.</summary>
    public Tensor? Dropped => dropped ?? rows.Wide;

    /// <summary>Takes it apart, where the normalized rows were asked for in the data type of the arithmetic.</summary>
    public void Deconstruct(out Tensor sumOut, out Tensor normed, out Tensor droppedOut) =>
        (sumOut, normed, droppedOut) = (sum, Normed, dropped ?? Normed);
}
