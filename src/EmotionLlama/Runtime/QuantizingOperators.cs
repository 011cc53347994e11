using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Those of <see cref="FusedOperators"/> whose result goes into a matrix product, for a matrix in 8-bit floating
/// point: on a GPU one kernel computes and rounds, so that rounding costs no way through memory of its own. Elsewhere results
/// stay wide, and the product rounds them.</summary>
internal static class QuantizingOperators
{
    /// <summary><see cref="FusedOperators.AddRmsNorm"/> with the normalized rows in the forms that are wanted.</summary>
    public static NormedRows AddRmsNorm(
        Tensor x, Tensor? delta, Tensor weight, double epsilon, DropoutMask? dropout, RowForms forms) =>
        Kernels(x, x.size(1), forms) is { } kernels && x.size(1) <= kernels.LongestNorm
            ? kernels.AddRmsNorm(x, delta, weight, epsilon, dropout, forms)
            : FusedOperators.AddRmsNorm(x, delta, weight, epsilon, dropout);

    /// <summary><see cref="FusedOperators.RmsNormBackward"/>; the wide form always is there.</summary>
    public static Rows RmsNormBackward(
        Tensor gradient,
        Tensor? low,
        DropoutMask? dropout,
        Tensor x,
        Tensor weight,
        double epsilon,
        Tensor residual,
        RowForms forms)
    {
        if (Kernels(x, x.size(1), forms) is not { } kernels || x.size(1) > kernels.LongestNorm)
            return FusedOperators.RmsNormBackward(gradient, low, dropout, x, weight, epsilon, residual);

        var codes = Fp8Rows.Empty(x.size(0), x.size(1), x.device);
        return new(kernels.RmsNormBackward(gradient, low, dropout, x, weight, epsilon, residual, codes), codes);
    }

    /// <summary><see cref="FusedOperators.RopeBackward"/>; the wide form always is there.</summary>
    public static Rows RopeBackward(QueryKeyValue gradient, Rotations rotations, RowForms forms)
    {
        var (query, key, value) = gradient;
        var width = (query.size(1) + key.size(1) + value.size(1)) * query.size(2);
        if (Kernels(query, query.size(2) / 2, forms) is not { } kernels || !kernels.KeepsRow(width))
            return FusedOperators.RopeBackward(gradient, rotations);

        var codes = Fp8Rows.Empty(query.size(0), width, query.device);
        return new(
            kernels.RopeBackward(query.contiguous(), key.contiguous(), value.contiguous(), rotations, codes), codes);
    }

    /// <summary><see cref="FusedOperators.SwiGlu"/> in the forms that are wanted.</summary>
    public static Rows SwiGlu(Tensor gateUp, RowForms forms) =>
        forms == RowForms.Fp8
        && Kernels(gateUp, gateUp.size(1) / 2, forms) is { } kernels && kernels.KeepsRow(gateUp.size(1))
            ? new Rows(null, kernels.SwiGluCodes(gateUp))
            : FusedOperators.SwiGlu(gateUp);

    /// <summary><see cref="FusedOperators.SwiGluBackward"/> in the forms that are wanted.</summary>
    public static Rows SwiGluBackward(Tensor gradient, Tensor gateUp, RowForms forms) =>
        forms == RowForms.Fp8
        && Kernels(gateUp, gateUp.size(1) / 2, forms) is { } kernels && kernels.KeepsRow(gateUp.size(1))
            ? new Rows(null, kernels.SwiGluBackwardCodes(gradient, gateUp))
            : FusedOperators.SwiGluBackward(gradient, gateUp);

    private static FusedKernels? Kernels(Tensor x, long row, RowForms forms) =>
        forms.HasFlag(RowForms.Fp8) ? FusedKernels.For(x, row) : null;
}
