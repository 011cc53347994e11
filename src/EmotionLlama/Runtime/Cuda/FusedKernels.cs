using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>Kernels.cu</c>, compiled for a data type when first needed.</summary>
internal sealed class FusedKernels
{
    private const int MostThreads = 512;
    private const int PacksPerThread = 4;
    private const int PackBytes = 16;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), FusedKernels> Loaded = new();

    private readonly nint _addRmsNorm, _rmsNormBackward, _dropout, _rope, _ropeBackward, _swiGlu, _swiGluBackward,
        _crossEntropy;

    private FusedKernels(ScalarType type)
    {
        Vector = type == ScalarType.Float32 ? 4 : 8;
        var name = type switch
        {
            ScalarType.Float32 => "float",
            ScalarType.Float16 => "f16",
            ScalarType.BFloat16 => "bf16",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no kernels for this data type"),
        };
        using var stream = typeof(FusedKernels).Assembly.GetManifestResourceStream(typeof(FusedKernels), "Kernels.cu")!;
        using var reader = new StreamReader(stream);
        var code = KernelCompiler.Compile(reader.ReadToEnd(), CudaApi.ComputeCapability(), $"ELEMENT={name}");
        var module = CudaApi.LoadModule(code);
        _addRmsNorm = CudaApi.Function(module, "add_rms_norm");
        _rmsNormBackward = CudaApi.Function(module, "rms_norm_backward");
        _dropout = CudaApi.Function(module, "dropout");
        _rope = CudaApi.Function(module, "rope");
        _ropeBackward = CudaApi.Function(module, "rope_backward");
        _swiGlu = CudaApi.Function(module, "swiglu");
        _swiGluBackward = CudaApi.Function(module, "swiglu_backward");
        _crossEntropy = CudaApi.Function(module, "cross_entropy");
    }

    /// <summary>Values that are read at once; rows are multiples of it.</summary>
    public int Vector { get; }

    /// <summary>The longest row that is normalized.</summary>
    public int LongestNorm => Vector * MostThreads * PacksPerThread;

    /// <summary>The kernels for a tensor, or null where plain operators have to do: on a CPU, in another data type, or
    /// where rows are no multiple of 16 bytes.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="row">Values that are read from one address on, such as its last dimension.</param>
    public static FusedKernels? For(Tensor x, long row)
    {
        if (x.device_type != TorchSharp.DeviceType.CUDA
            || x.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16)
            || row * x.ElementSize % PackBytes != 0)
        {
            return null;
        }

        return Loaded.GetOrAdd((x.dtype, x.device_index), static key => new FusedKernels(key.Type));
    }

    /// <summary><c>x + delta</c> and its normalization. Without <paramref name="delta"/> the sum is <paramref name="x"/>.
    /// </summary>
    public (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor? delta, Tensor weight, double epsilon)
    {
        var sum = delta is null ? x : empty_like(x);
        var normed = empty_like(x);
        CudaApi.Launch(
            _addRmsNorm, Rows(x), Threads(x), [x, delta, weight, delta is null ? null : sum, normed, Packs(x),
            (float)epsilon]);
        return (sum, normed);
    }

    /// <summary>The gradient of a normalization's input, plus that of the residual beside it.</summary>
    public Tensor RmsNormBackward(
        Tensor gradient, Tensor? low, DropoutMask? dropout, Tensor x, Tensor weight, double epsilon, Tensor? residual)
    {
        var result = empty_like(x);
        CudaApi.Launch(
            _rmsNormBackward, Rows(x), Threads(x), [gradient, low, dropout?.Seed ?? 0, dropout?.Threshold ?? 0,
            dropout?.KeepScale ?? 1, x, weight, residual, result, Packs(x), (float)epsilon]);
        return result;
    }

    /// <summary>Drops values out.</summary>
    public Tensor Dropout(Tensor x, DropoutMask mask)
    {
        var result = empty_like(x);
        var packs = x.NumberOfElements / Vector;
        CudaApi.Launch(
            _dropout, (packs + MostThreads - 1) / MostThreads, MostThreads,
            [x, result, packs, mask.Seed, mask.Threshold, mask.KeepScale]);
        return result;
    }

    /// <summary>Turns the first heads of each row in place.</summary>
    public void Rope(Tensor x, Rotations rotations, int heads, int half) => CudaApi.Launch(
        _rope, x.shape[0], MostThreads, [x, rotations.Table.Cosines, rotations.Table.Sines, rotations.Positions, heads,
        half, (int)x.shape[1]]);

    /// <summary>The gradient of a row of queries, keys and values.</summary>
    public Tensor RopeBackward(Tensor query, Tensor key, Tensor value, Rotations rotations)
    {
        var (tokens, heads, keyHeads, channels) = (query.shape[0], query.shape[1], key.shape[1], query.shape[2]);
        var result = empty([tokens, (heads + (2 * keyHeads)) * channels], query.dtype, query.device);
        CudaApi.Launch(
            _ropeBackward, tokens, MostThreads, [query, key, value, result, rotations.Table.Cosines,
            rotations.Table.Sines, rotations.Positions, (int)heads, (int)keyHeads, (int)(channels / 2)]);
        return result;
    }

    /// <summary><c>silu(gate) · up</c>.</summary>
    public Tensor SwiGlu(Tensor gateUp)
    {
        var result = empty([gateUp.shape[0], gateUp.shape[1] / 2], gateUp.dtype, gateUp.device);
        CudaApi.Launch(_swiGlu, gateUp.shape[0], MostThreads, [gateUp, result, Packs(result)]);
        return result;
    }

    /// <summary>Replaces gate and up by their gradients.</summary>
    public void SwiGluBackward(Tensor gradient, Tensor gateUp) => CudaApi.Launch(
        _swiGluBackward, gateUp.shape[0], MostThreads, [gradient, gateUp, Packs(gradient)]);

    /// <summary>Cross entropies; the logits are replaced by their gradients, times a factor.</summary>
    public Tensor CrossEntropy(Tensor logits, Tensor targets, double factor)
    {
        var losses = empty([logits.shape[0]], ScalarType.Float32, logits.device);
        CudaApi.Launch(
            _crossEntropy, logits.shape[0], 2 * MostThreads, [logits, targets, losses, (int)logits.shape[1],
            (float)factor]);
        return losses;
    }

    private static long Rows(Tensor x) => x.NumberOfElements / x.shape[^1];

    private int Packs(Tensor x) => (int)(x.shape[^1] / Vector);

    private int Threads(Tensor x) => Math.Min(MostThreads, (Packs(x) + 31) / 32 * 32);
}
