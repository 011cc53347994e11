using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A low-rank update of some columns of rows, still to be added: <c>low second</c>.</summary>
/// <param name="FirstColumn">The first of the columns.</param>
/// <param name="Low">The updates' inner values, times their scale: <c>[rows, rank]</c>.</param>
/// <param name="Second">The second matrix, transposed: <c>[rank, columns]</c>.</param>
internal sealed record LowRankUpdate(long FirstColumn, Tensor Low, Tensor Second)
{
    /// <summary>How many columns it is for.</summary>
    public long Columns => Second.size(1);

    /// <summary>Adds it.</summary>
    /// <param name="rows">All columns, <c>[rows, width]</c>; changed in place.</param>
    public void AddTo(Tensor rows) => rows.narrow(1, FirstColumn, Columns).addmm_(Low, Second);
}
