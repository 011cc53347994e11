using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A trained low-rank update of some rows of a frozen matrix: <c>W + scale · B A</c>.</summary>
/// <param name="FirstRow">The first row of the frozen matrix that is updated.</param>
/// <param name="Rows">How many rows are.</param>
/// <param name="Rank">The inner dimension.</param>
/// <param name="Second">The second matrix, <c>B</c> <c>[rows, rank]</c>.</param>
/// <remarks>Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, equation 3. The first matrices of
/// updates with one input are one tensor; see <see cref="LoraLinear"/>.</remarks>
internal sealed record LoraAdapter(long FirstRow, long Rows, int Rank, TrainedTensor Second) : IDisposable
{
    /// <summary>Makes a fresh update, which changes nothing: <c>B</c> is zero.</summary>
    public static LoraAdapter Create(long firstRow, long rows, int rank, Device device) => new(
        firstRow,
        rows,
        rank,
        new TrainedTensor(zeros(rows, rank, ScalarType.Float32, device).DetachFromDisposeScope().requires_grad_()));

    /// <inheritdoc/>
    public void Dispose() => Second.Dispose();
}
