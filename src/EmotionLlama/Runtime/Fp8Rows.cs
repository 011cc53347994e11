using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Rows of 8-bit floating point numbers (e4m3: 4 bits of exponent, 3 of mantissa, at most 448), with a scale for
/// each row: a number is its code's value times the scale of its row.</summary>
/// <remarks>Micikevicius et al., "FP8 Formats for Deep Learning", 2022. A row's scale follows from its own largest value
/// alone, so nothing is carried from step to step.</remarks>
internal sealed class Fp8Rows : IDisposable
{
    /// <summary>libtorch's <c>Float8_e4m3fn</c>, which TorchSharp has no name for.</summary>
    public const ScalarType CodeType = (ScalarType)24;

    private const double LargestCode = 448;
    private const double SmallestMaximum = 1e-30;

    private (Tensor Codes, Tensor Scales)? _transposed;

    /// <summary>Takes codes and scales that were made elsewhere, and owns them.</summary>
    /// <param name="codes"><c>[rows, width]</c>, e4m3.</param>
    /// <param name="scales"><c>[rows, 1]</c>, float32.</param>
    public Fp8Rows(Tensor codes, Tensor scales) => (Codes, Scales) = (codes, scales);

    /// <summary><c>[rows, width]</c>, e4m3.</summary>
    public Tensor Codes { get; }

    /// <summary><c>[rows, 1]</c>, float32.</summary>
    public Tensor Scales { get; }

    /// <summary>Memory for rows, not yet filled.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="width">Numbers of each.</param>
    /// <param name="device">Where.</param>
    public static Fp8Rows Empty(long rows, long width, Device device) =>
        new(empty(rows, width, CodeType, device), empty(rows, 1, ScalarType.Float32, device));

    /// <summary>Rounds rows. One pass over memory on a GPU.</summary>
    /// <param name="x"><c>[rows, width]</c>.</param>
    public static Fp8Rows Quantize(Tensor x)
    {
        var result = Empty(x.size(0), x.size(1), x.device);
        result.Fill(x);
        return result;
    }

    /// <summary>Rounds rows into this memory.</summary>
    /// <param name="x">As many rows, as wide.</param>
    public void Fill(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (QuantizationKernels.For(x.device, x.dtype) is { } kernels && kernels.Takes(x.size(1)))
        {
            kernels.QuantizeRows(x.contiguous(), Codes, Scales);
            return;
        }

        var wide = x.to(ScalarType.Float32);
        var top = TensorArithmetic.Filled([1], LargestCode, ScalarType.Float32, x.device);
        var largest = wide.abs().amax([1], keepdim: true).AtLeast(SmallestMaximum);
        Scales.copy_(largest / top);
        Codes.copy_((wide * (top / largest)).to(CodeType));
    }

    /// <summary>The numbers.</summary>
    /// <param name="type">The data type they get.</param>
    public Tensor Values(ScalarType type) => (Codes.to(ScalarType.Float32) * Scales).to(type);

    /// <summary>The product with the rows of another matrix.</summary>
    /// <param name="other"><c>[columns, width]</c>.</param>
    /// <param name="type">The result's data type; on a GPU, bfloat16.</param>
    /// <returns><c>this otherᵀ</c>, <c>[rows, columns]</c>.</returns>
    public Tensor Multiply(Fp8Rows other, ScalarType type)
    {
        if (Codes.device_type != TorchSharp.DeviceType.CUDA)
        {
            using var scope = NewDisposeScope();
            return Values(ScalarType.Float32).mm(other.Values(ScalarType.Float32).t()).to(type)
                .MoveToOuterDisposeScope();
        }

        var (codes, scales) = other.Transposed;
        var product = NativeTorch.Call(
            "aten::_scaled_mm"u8, default, 1, Codes, codes, Scales, scales,
            OperatorArgument.None, OperatorArgument.None, OperatorArgument.Optional((long)type), true);
        return product[0];
    }

    /// <summary>Takes both tensors out of the dispose scope that is open.</summary>
    public Fp8Rows Detach()
    {
        Codes.DetachFromDisposeScope();
        Scales.DetachFromDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transposed?.Codes.Dispose();
        _transposed?.Scales.Dispose();
        Codes.Dispose();
        Scales.Dispose();
    }

    // Kept, because a frozen matrix is multiplied with in every step.
    private (Tensor Codes, Tensor Scales) Transposed =>
        _transposed ??= (Codes.t().DetachFromDisposeScope(), Scales.t().DetachFromDisposeScope());
}
