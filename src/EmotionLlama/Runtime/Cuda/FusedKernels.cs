using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels between the decoder's matrix products, compiled for a data type when first needed.</summary>
internal sealed class FusedKernels
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["Normalization.cu", "Rotation.cu", "Gates.cu", "LossAndStep.cu"];

    private const int Threads = 512;
    private const int MostThreads = 1024;
    private const int PackBytes = 16;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), FusedKernels> Loaded = new();

    private readonly RowKernel _addRmsNorm, _rmsNormBackward;
    private readonly nint _dropout, _adamW, _rope, _ropeBackward, _swiGlu, _swiGluBackward, _swiGluCodes,
        _swiGluBackwardCodes, _crossEntropy;
    private readonly KeptRow _keptRow;

    private FusedKernels(ScalarType type)
    {
        Vector = type == ScalarType.Float32 ? 4 : 8;
        var module = new KernelModule(type, Files);
        _addRmsNorm = new(module["add_rms_norm_1"], module["add_rms_norm_2"]);
        _rmsNormBackward = new(module["rms_norm_backward_1"], module["rms_norm_backward_2"]);
        _adamW = module["adamw"];
        _dropout = module["dropout"];
        _rope = module["rope"];
        _ropeBackward = module["rope_backward"];
        _swiGlu = module["swiglu"];
        _swiGluBackward = module["swiglu_backward"];
        _swiGluCodes = module["swiglu_codes"];
        _swiGluBackwardCodes = module["swiglu_backward_codes"];
        _crossEntropy = module["cross_entropy"];
        _keptRow = new(_ropeBackward, _swiGluCodes, _swiGluBackwardCodes);
    }

    /// <summary>Values that are read at once; rows are multiples of it.</summary>
    public int Vector { get; }

    /// <summary>The longest row that is normalized.</summary>
    public int LongestNorm => Vector * RowKernel.MostPacks;

    /// <summary>The kernels for a tensor, or null where plain operators have to do: on a CPU, in another data type, or
    /// where rows are no multiple of 16 bytes.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="row">Values that are read from one address on, such as its last dimension.</param>
    public static FusedKernels? For(Tensor x, long row)
    {
        if (!KernelModule.Serves(x.device_type, x.dtype) || row * x.ElementSize % PackBytes != 0)
            return null;

        return Loaded.GetOrAdd((x.dtype, x.device_index), static key => new FusedKernels(key.Type));
    }

    /// <summary><c>x + delta</c> and its normalization. Without <paramref name="delta"/> the sum is <paramref name="x"/>.
    /// </summary>
    public NormedRows AddRmsNorm(
        Tensor x,
        Tensor? delta,
        Tensor weight,
        double epsilon,
        DropoutMask? dropout,
        RowForms forms = RowForms.Wide)
    {
        var sum = delta is null ? x : empty_like(x);
        var normed = forms.HasFlag(RowForms.Wide) ? empty_like(x) : null;
        var codes = forms.HasFlag(RowForms.Fp8) ? Fp8Rows.Empty(x.size(0), x.size(1), x.device) : null;
        var dropped = dropout is null ? null : empty_like(x);
        _addRmsNorm.Launch(
            x, Packs(x), [x, delta, weight, delta is null ? null : sum, normed, dropped, dropout?.Seed ?? 0,
            dropout?.Threshold ?? 0, dropout?.KeepScale ?? 1, codes?.Codes, codes?.Scales, Packs(x), (float)epsilon],
            overlaps: true);
        return new(sum, new(normed, codes), dropped);
    }

    /// <summary>The gradient of a normalization's input, plus that of the residual beside it; besides, where there is
    /// memory for them, in 8 bits.</summary>
    public Tensor RmsNormBackward(
        Tensor gradient,
        Tensor? low,
        DropoutMask? dropout,
        Tensor x,
        Tensor weight,
        double epsilon,
        Tensor? residual,
        Fp8Rows? codes = null)
    {
        var result = empty_like(x);
        _rmsNormBackward.Launch(
            x, Packs(x), [gradient, low, dropout?.Seed ?? 0, dropout?.Threshold ?? 0, dropout?.KeepScale ?? 1, x,
            weight, residual, result, codes?.Codes, codes?.Scales, Packs(x), (float)epsilon]);
        return result;
    }

    /// <summary>Drops values out.</summary>
    public Tensor Dropout(Tensor x, DropoutMask mask)
    {
        var result = empty_like(x);
        var packs = x.NumberOfElements / Vector;
        CudaApi.Launch(
            _dropout, (packs + Threads - 1) / Threads, Threads,
            [x, result, packs, mask.Seed, mask.Threshold, mask.KeepScale]);
        return result;
    }

    /// <summary>Turns the first heads of each row in place.</summary>
    public void Rope(Tensor x, Rotations rotations, int heads, int half) => CudaApi.Launch(
        _rope, x.size(0), Threads, [x, rotations.Table.Cosines, rotations.Table.Sines, rotations.Positions, heads,
        half, (int)x.size(1)]);

    /// <summary>The gradient of a row of queries, keys and values; besides, where there is memory for them, in 8 bits.
    /// </summary>
    public Tensor RopeBackward(
        Tensor query, Tensor key, Tensor value, Rotations rotations, Fp8Rows? codes = null)
    {
        var (tokens, heads, keyHeads, channels) = (query.size(0), query.size(1), key.size(1), query.size(2));
        var result = empty([tokens, (heads + (2 * keyHeads)) * channels], query.dtype, query.device);
        CudaApi.Launch(
            _ropeBackward, tokens, Threads, [query, key, value, result, rotations.Table.Cosines,
            rotations.Table.Sines, rotations.Positions, (int)heads, (int)keyHeads, (int)(channels / 2),
            codes?.Codes, codes?.Scales],
            sharedBytes: codes is null ? 0 : KeptRow.Bytes(Packs(result)));
        return result;
    }

    /// <summary><c>silu(gate) · up</c>.</summary>
    public Tensor SwiGlu(Tensor gateUp)
    {
        var result = empty([gateUp.size(0), gateUp.size(1) / 2], gateUp.dtype, gateUp.device);
        CudaApi.Launch(_swiGlu, gateUp.size(0), Threads, [gateUp, result, Packs(result)], overlaps: true);
        return result;
    }

    /// <summary>Whether a block can keep a row of gates, or of queries, keys and values, until it is rounded to 8 bits.
    /// </summary>
    public bool KeepsRow(long width) => _keptRow.Takes(width / Vector);

    /// <summary><c>silu(gate) · up</c> in 8 bits.</summary>
    public Fp8Rows SwiGluCodes(Tensor gateUp)
    {
        var result = Fp8Rows.Empty(gateUp.size(0), gateUp.size(1) / 2, gateUp.device);
        var packs = Packs(result.Codes);
        CudaApi.Launch(
            _swiGluCodes, gateUp.size(0), Threads, [gateUp, result.Codes, result.Scales, packs],
            sharedBytes: KeptRow.Bytes(packs));
        return result;
    }

    /// <summary>The gradients of gate and up in 8 bits.</summary>
    public Fp8Rows SwiGluBackwardCodes(Tensor gradient, Tensor gateUp)
    {
        var result = Fp8Rows.Empty(gateUp.size(0), gateUp.size(1), gateUp.device);
        var packs = Packs(gradient);
        CudaApi.Launch(
            _swiGluBackwardCodes, gateUp.size(0), Threads, [gradient, gateUp, result.Codes, result.Scales, packs],
            sharedBytes: KeptRow.Bytes(2 * packs));
        return result;
    }

    /// <summary>Replaces gate and up by their gradients.</summary>
    public void SwiGluBackward(Tensor gradient, Tensor gateUp) => CudaApi.Launch(
        _swiGluBackward, gateUp.size(0), Threads, [gradient, gateUp, Packs(gradient)]);

    /// <summary>Cross entropies; the logits are replaced by their gradients, times a factor.</summary>
    public Tensor CrossEntropy(Tensor logits, Tensor targets, double factor)
    {
        var losses = empty([logits.size(0)], ScalarType.Float32, logits.device);
        CudaApi.Launch(
            _crossEntropy, logits.size(0), MostThreads, [logits, targets, losses, (int)logits.size(1),
            (float)factor]);
        return losses;
    }

    /// <summary>One step of AdamW; see <c>Training.AdamW</c>.</summary>
    /// <param name="parameter">Changed, like both moments.</param>
    /// <param name="gradient">Of its shape, and float32 like all of them.</param>
    /// <param name="first">First moment.</param>
    /// <param name="second">Second moment.</param>
    /// <param name="norm">The norm of all gradients; where it is not finite, nothing is changed.</param>
    /// <param name="lossScale">What gradients are divided by.</param>
    /// <param name="maximum">The largest norm; 0 does not clip.</param>
    /// <param name="rate">The learning rate, divided by the first moment's correction.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="decay">The share by which the parameter shrinks.</param>
    /// <param name="correction">The root of the second moment's correction.</param>
    public void AdamW(
        Tensor parameter,
        Tensor gradient,
        Tensor first,
        Tensor second,
        Tensor norm,
        double lossScale,
        double maximum,
        double rate,
        double beta1,
        double beta2,
        double epsilon,
        double decay,
        double correction)
    {
        const int mostBlocks = 1024;
        var count = parameter.numel();
        CudaApi.Launch(
            _adamW, Math.Min(mostBlocks, (count + Threads - 1) / Threads), Threads,
            [parameter, gradient, first, second, count, norm, (float)lossScale, (float)maximum, (float)rate,
            (float)beta1, (float)beta2, (float)epsilon, (float)decay, (float)correction]);
    }

    private int Packs(Tensor x) => (int)(x.size(-1) / Vector);
}
