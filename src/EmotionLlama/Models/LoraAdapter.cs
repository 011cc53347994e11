using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>A trained low-rank update of some rows of a frozen matrix: <c>W + scale · B A</c>.</summary>
/// <remarks>Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, equation 3.</remarks>
public sealed class LoraAdapter : IDisposable
{
    /// <summary>Makes a fresh update, which changes nothing: <see cref="B"/> is zero.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="firstRow">The first row of the frozen matrix that is updated.</param>
    /// <param name="rows">How many rows are.</param>
    /// <param name="lora">Rank and scale.</param>
    /// <param name="device">Where the matrices go.</param>
    public LoraAdapter(long inputs, long firstRow, long rows, LoraSettings lora, Device device)
    {
        ArgumentNullException.ThrowIfNull(lora);
        A = Initial.LinearWeight(lora.Rank, inputs, device);
        B = zeros(rows, lora.Rank, ScalarType.Float32, device).DetachFromDisposeScope().requires_grad_();
        (FirstRow, Rows, Rank) = (firstRow, rows, lora.Rank);
        Scale = lora.Alpha / lora.Rank;
    }

    /// <summary>The first matrix <c>[rank, in]</c>, float32.</summary>
    public Tensor A { get; }

    /// <summary>The second matrix <c>[rows, rank]</c>, float32.</summary>
    public Tensor B { get; }

    /// <summary>alpha / rank.</summary>
    public double Scale { get; }

    /// <summary>The first row of the frozen matrix that is updated.</summary>
    public long FirstRow { get; }

    /// <summary>How many rows are updated.</summary>
    public long Rows { get; }

    /// <summary>The inner dimension.</summary>
    public int Rank { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
