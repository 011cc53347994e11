using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Runtime;

/// <summary>
/// What stands between the matrix products of a decoder, forwards and backwards: one kernel each on a GPU, plain
/// operators elsewhere. The forward ones can be differentiated where they run as plain operators.
/// </summary>
internal static class FusedOperators
{
    /// <summary>A linear map without bias. For a few rows, as in decoding, a kernel reads the matrix as fast as memory
    /// gives it.</summary>
    /// <param name="x"><c>[rows, in]</c>.</param>
    /// <param name="matrix"><c>[out, in]</c>.</param>
    /// <returns><c>x matrixᵀ</c>, <c>[rows, out]</c>.</returns>
    public static Tensor Linear(Tensor x, Tensor matrix) =>
        DecodeKernels.For(x) is { } kernels && DecodeKernels.Multiplies(x, matrix)
            ? kernels.Multiply(x, matrix)
            : functional.linear(x, matrix);

    /// <summary>A linear map to gate and up, and <see cref="SwiGlu"/> of them.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="matrix"><c>[2 · inner, in]</c>.</param>
    /// <returns>Gate and up, <c>[tokens, 2 · inner]</c>, and the gated activation, <c>[tokens, inner]</c>.</returns>
    public static (Tensor GateUp, Tensor Gated) LinearSwiGlu(Tensor x, Tensor matrix)
    {
        if (HopperProducts.For(x, matrix) is { } kernels)
            return kernels.Forward(x, matrix);

        var gateUp = Linear(x, matrix);
        return (gateUp, SwiGlu(gateUp));
    }

    /// <summary>The gradient of gate and up through a linear map behind <see cref="SwiGlu"/>.</summary>
    /// <param name="gradient">Gradient of the map's output, <c>[tokens, out]</c>.</param>
    /// <param name="matrix"><c>[out, inner]</c>.</param>
    /// <param name="gateUp"><c>[tokens, 2 · inner]</c>; may be overwritten by the result.</param>
    /// <returns><c>[tokens, 2 · inner]</c></returns>
    public static Tensor LinearSwiGluBackward(Tensor gradient, Tensor matrix, Tensor gateUp)
    {
        if (HopperProducts.For(gradient, matrix) is not { } kernels)
            return SwiGluBackward(gradient.mm(matrix), gateUp);

        kernels.Backward(gradient, matrix, gateUp);
        return gateUp;
    }

    /// <summary>Chooses the most likely next tokens.</summary>
    /// <param name="logits"><c>[rows, ids]</c>.</param>
    /// <param name="vocabulary">Ids that may be chosen, from 0 on.</param>
    /// <param name="next">Gets the ids, <c>[rows]</c>, int64; 0 where a logit is not a number.</param>
    /// <param name="chosen">Gets the ids, <c>[rows]</c>, float32; −1 where a logit is not a number.</param>
    public static void Choose(Tensor logits, int vocabulary, Tensor next, Tensor chosen)
    {
        if (DecodeKernels.For(logits) is { } kernels)
        {
            kernels.Choose(logits, vocabulary, next, chosen);
            return;
        }

        using var scope = NewDisposeScope();
        var (values, ids) = logits.narrow(1, 0, vocabulary).max(1);
        var isBroken = values.isnan();
        next.copy_(where(isBroken, zeros_like(ids), ids));
        chosen.copy_(where(isBroken, ones_like(ids).neg(), ids));
    }

    /// <summary>A residual sum and its root mean square normalization.</summary>
    /// <param name="x">The residual stream <c>[tokens, hidden]</c>.</param>
    /// <param name="delta">What is added to it; null for nothing.</param>
    /// <param name="weight"><c>[hidden]</c>.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="dropout">What is dropped out of the normalized rows for their second use; null for nothing.</param>
    public static NormedRows AddRmsNorm(
        Tensor x, Tensor? delta, Tensor weight, double epsilon, DropoutMask? dropout = null)
    {
        if (FusedKernels.For(x, x.size(-1)) is { } kernels && x.size(-1) <= kernels.LongestNorm)
            return kernels.AddRmsNorm(x, delta, weight, epsilon, dropout);

        var sum = delta is null ? x : x.Plus(delta);
        var normed = Operators.RmsNorm(sum, weight, epsilon);
        return new(sum, normed, dropout?.Apply(normed));
    }

    /// <summary>The gradient of the input of a normalization.</summary>
    /// <param name="gradient">Gradient of the normalized rows, <c>[tokens, hidden]</c>.</param>
    /// <param name="low">What comes back through low-rank updates, before their dropout; null for nothing.</param>
    /// <param name="dropout">The updates' dropout; null for none.</param>
    /// <param name="x">The input, <c>[tokens, hidden]</c>.</param>
    /// <param name="weight"><c>[hidden]</c>, frozen.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="residual">Gradient of the same input on its other way; null for nothing.</param>
    public static Tensor RmsNormBackward(
        Tensor gradient,
        Tensor? low,
        DropoutMask? dropout,
        Tensor x,
        Tensor weight,
        double epsilon,
        Tensor? residual)
    {
        if (FusedKernels.For(x, x.size(-1)) is { } kernels && x.size(-1) <= kernels.LongestNorm)
            return kernels.RmsNormBackward(gradient, low, dropout, x, weight, epsilon, residual);

        if (low is not null)
            gradient = gradient.Plus(dropout?.Apply(low) ?? low);

        var wide = x.to(ScalarType.Float32);
        var scale = wide.Squared().mean([-1], keepdim: true).Plus(epsilon).rsqrt();
        var normed = wide * scale;
        var weighted = gradient.to(ScalarType.Float32) * weight;
        var result = ((weighted - (normed * (weighted * normed).mean([-1], keepdim: true))) * scale).to(x.dtype);
        return residual is null ? result : result.Plus(residual);
    }

    /// <summary>Splits rows of queries, keys and values into heads, and turns queries and keys by their positions'
    /// angles.</summary>
    /// <param name="row"><c>[tokens, (heads + 2 · keyHeads) · channels]</c>; may be changed in place.</param>
    /// <param name="rotations">The angles.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="keyHeads">Key and value heads.</param>
    /// <param name="updates">What is added to the row first: to all queries, to all keys or to all values.</param>
    public static QueryKeyValue Rope(
        Tensor row, Rotations rotations, int heads, int keyHeads, params IReadOnlyList<LowRankUpdate> updates)
    {
        var all = row.view(row.size(0), heads + (2 * keyHeads), -1);
        if (HopperRotation.For(row, heads, keyHeads, updates) is { } onePass)
        {
            onePass.UpdateAndTurn(row, rotations, heads, keyHeads, updates);
            return Split(all);
        }

        foreach (var update in updates)
            update.AddTo(row);

        if (FusedKernels.For(row, all.size(2) / 2) is { } kernels)
        {
            kernels.Rope(row, rotations, heads + keyHeads, (int)all.size(2) / 2);
            return Split(all);
        }

        var (cosine, sine) = rotations.Gathered;
        return Split(Operators.Rope(all.narrow(1, 0, heads + keyHeads), cosine, sine));

        QueryKeyValue Split(Tensor turned) =>
            new(turned.narrow(1, 0, heads), turned.narrow(1, heads, keyHeads), all.narrow(1, heads + keyHeads, keyHeads));
    }

    /// <summary>The gradient of a row of queries, keys and values.</summary>
    /// <param name="gradient">Gradients of turned queries <c>[tokens, heads, channels]</c>, turned keys and values
    /// <c>[tokens, keyHeads, channels]</c>.</param>
    /// <param name="rotations">The angles.</param>
    /// <returns><c>[tokens, (heads + 2 · keyHeads) · channels]</c></returns>
    public static Tensor RopeBackward(QueryKeyValue gradient, Rotations rotations)
    {
        var (query, key, value) = gradient;
        if (FusedKernels.For(query, query.size(2) / 2) is { } kernels)
            return kernels.RopeBackward(query.contiguous(), key.contiguous(), value.contiguous(), rotations);

        // Turning back is turning by the negative angle.
        var (cosine, sine) = rotations.Gathered;
        var turned = Operators.Rope(cat([query, key], 1), cosine, -sine);
        return cat([turned, value], 1).view(query.size(0), -1);
    }

    /// <summary>The gated activation <c>silu(gate) · up</c>.</summary>
    /// <param name="gateUp">Rows of gate and up, <c>[tokens, 2 · inner]</c>.</param>
    /// <returns><c>[tokens, inner]</c></returns>
    /// <remarks>Shazeer, "GLU Variants Improve Transformer", 2020, equation 6.</remarks>
    public static Tensor SwiGlu(Tensor gateUp)
    {
        var inner = gateUp.size(1) / 2;
        return FusedKernels.For(gateUp, inner) is { } kernels
            ? kernels.SwiGlu(gateUp)
            : functional.silu(gateUp.narrow(1, 0, inner)) * gateUp.narrow(1, inner, inner);
    }

    /// <summary>The gradient of gate and up.</summary>
    /// <param name="gradient">Gradient of the activation, <c>[tokens, inner]</c>.</param>
    /// <param name="gateUp"><c>[tokens, 2 · inner]</c>; may be overwritten by the result.</param>
    /// <returns><c>[tokens, 2 · inner]</c></returns>
    public static Tensor SwiGluBackward(Tensor gradient, Tensor gateUp)
    {
        var inner = gateUp.size(1) / 2;
        if (FusedKernels.For(gateUp, inner) is { } kernels)
        {
            kernels.SwiGluBackward(gradient, gateUp);
            return gateUp;
        }

        var (gate, up) = (gateUp.narrow(1, 0, inner), gateUp.narrow(1, inner, inner));
        var sigmoid = gate.sigmoid();
        var slope = sigmoid * (gate * sigmoid.SubtractedFrom(1)).Plus(1);
        return cat([gradient * up * slope, gradient * gate * sigmoid], 1);
    }

    /// <summary>A matrix product whose result is float32, whatever its factors are.</summary>
    /// <param name="left"><c>[rows, n]</c>.</param>
    /// <param name="right"><c>[n, columns]</c>, of the same data type.</param>
    /// <param name="result"><c>[rows, columns]</c>, float32; written.</param>
    public static void WideProduct(Tensor left, Tensor right, Tensor result)
    {
        if (left.dtype == ScalarType.Float32)
            result.addmm_(left, right, beta: 0);
        else if (left.device_type == TorchSharp.DeviceType.CUDA)
            NativeTorch.Call("aten::mm"u8, "dtype_out"u8, 1, left, right, (long)ScalarType.Float32, result)[0].Dispose();
        else
            result.copy_(left.mm(right));
    }

    /// <summary>Sum of the cross entropies of the given targets, and the gradient of the logits.</summary>
    /// <param name="logits"><c>[targets, vocabulary]</c>; may be overwritten by the gradient.</param>
    /// <param name="targets">Token ids <c>[targets]</c>, int64.</param>
    /// <param name="factor">What the gradient is multiplied by.</param>
    /// <returns>The sum, a float32 scalar, and the gradient in the data type of the logits.</returns>
    public static (Tensor Loss, Tensor Gradient) CrossEntropy(Tensor logits, Tensor targets, double factor)
    {
        if (FusedKernels.For(logits, 0) is { } kernels)
            return (kernels.CrossEntropy(logits, targets, factor).sum(), logits);

        var logarithms = functional.log_softmax(logits.to(ScalarType.Float32), -1);
        var picked = targets.unsqueeze(1);
        var loss = -logarithms.gather(1, picked).sum();
        var gradient = logarithms.exp_().scatter_add_(
            1, picked, TensorArithmetic.Filled([targets.size(0), 1], -1, ScalarType.Float32, logits.device));
        return (loss, gradient.ScaleInPlace(factor).to(logits.dtype));
    }
}
