using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>
/// Arithmetic of tensors that holds its numbers until libtorch has returned. TorchSharp makes a finalizable
/// <see cref="Scalar"/> of every number, the silent factor 1 of <c>a + b</c> included, and lets go of it before the
/// native call: a garbage collection that another thread starts then frees it while libtorch reads it.
/// </summary>
/// <remarks>
/// <para>Everything else in TorchSharp that takes or makes a Scalar is banned (<c>BannedSymbols.txt</c>). Sums and
/// products have one operator each here; <c>a - b</c>, <c>a * b</c>, <c>a / b</c> and <c>-a</c> of tensors make no Scalar
/// and stay operators.</para>
/// <para>A temporary tensor can be freed in the same way. A dispose scope holds it, so arithmetic belongs in a scope.
/// </para>
/// </remarks>
[SuppressMessage(
    "ApiDesign", "RS0030:Do not use banned APIs", Justification = "Each Scalar here outlives the call that reads it.")]
public static class TensorArithmetic
{
    // These live as long as the process.
    private static readonly Scalar One = 1;
    private static readonly Scalar Two = 2;

    /// <summary><c>x + other</c>, broadcast.</summary>
    public static Tensor Plus(this Tensor x, Tensor other) => Checked(x).add(other, One);

    /// <summary><c>x + factor · other</c>, broadcast.</summary>
    public static Tensor Plus(this Tensor x, Tensor other, double factor)
    {
        using Scalar held = factor;
        return Checked(x).add(other, held);
    }

    /// <summary><c>x + number</c>.</summary>
    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).add(held, One);
    }

    /// <summary><c>x + number</c>; integers stay integers.</summary>
    public static Tensor Plus(this Tensor x, long number)
    {
        using Scalar held = number;
        return Checked(x).add(held, One);
    }

    /// <summary><c>number − x</c>.</summary>
    public static Tensor SubtractedFrom(this Tensor x, double number)
    {
        using Scalar held = number;
        using var negative = Checked(x).neg();
        return negative.add(held, One);
    }

    /// <summary><c>x · number</c>.</summary>
    public static Tensor Times(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).mul(held);
    }

    /// <summary><c>x / number</c>; integers become floating-point numbers.</summary>
    public static Tensor Over(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).div(held);
    }

    /// <summary><c>x²</c>.</summary>
    public static Tensor Squared(this Tensor x) => Checked(x).pow(Two);

    /// <summary><c>max(x, least)</c>.</summary>
    public static Tensor AtLeast(this Tensor x, double least)
    {
        using Scalar held = least;
        return Checked(x).clamp_min(held);
    }

    /// <summary>Whether <c>x &gt; number</c>, as bool.</summary>
    public static Tensor IsAbove(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).gt(held);
    }

    /// <summary><c>x += other</c>.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor other) => Checked(x).add_(other, One);

    /// <summary><c>x += factor · other</c>.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor other, double factor)
    {
        using Scalar held = factor;
        return Checked(x).add_(other, held);
    }

    /// <summary><c>x += number</c>.</summary>
    public static Tensor AddInPlace(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).add_(held, One);
    }

    /// <summary><c>x −= number</c>.</summary>
    public static Tensor SubtractInPlace(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).sub_(held);
    }

    /// <summary><c>x *= number</c>.</summary>
    public static Tensor ScaleInPlace(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).mul_(held);
    }

    /// <summary><c>x /= number</c>.</summary>
    public static Tensor DivideInPlace(this Tensor x, double number)
    {
        using Scalar held = number;
        return Checked(x).div_(held);
    }

    /// <summary><c>x += factor · a · b</c>.</summary>
    public static Tensor AddProductInPlace(this Tensor x, Tensor a, Tensor b, double factor)
    {
        using Scalar held = factor;
        return Checked(x).addcmul_(a, b, held);
    }

    /// <summary><c>x += factor · a / b</c>.</summary>
    public static Tensor AddQuotientInPlace(this Tensor x, Tensor a, Tensor b, double factor)
    {
        using Scalar held = factor;
        return Checked(x).addcdiv_(a, b, held);
    }

    /// <summary>0, 1, …, <paramref name="count"/> − 1: <c>[count]</c>.</summary>
    public static Tensor Range(long count, ScalarType type, Device? device = null) => Range(0, count, 1, type, device);

    /// <summary>The numbers from <paramref name="start"/> to before <paramref name="stop"/>, one in every
    /// <paramref name="step"/>.</summary>
    public static Tensor Range(long start, long stop, long step, ScalarType type, Device? device = null)
    {
        using Scalar first = start;
        using Scalar end = stop;
        using Scalar distance = step;
        return arange(first, end, distance, type, device);
    }

    /// <summary>A tensor of one number.</summary>
    public static Tensor Filled(ReadOnlySpan<long> shape, double number, ScalarType type, Device? device = null)
    {
        using Scalar held = number;
        return full(shape, held, type, device);
    }

    private static Tensor Checked(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x;
    }
}
