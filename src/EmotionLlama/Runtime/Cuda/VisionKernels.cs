using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>VisionKernels.cu</c>, compiled for a data type when first needed.</summary>
internal sealed class VisionKernels
{
    private const int Threads = 256;
    private const int PackBytes = 16;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), VisionKernels> Loaded = new();

    private readonly int _vector;
    private readonly RowKernel _addLayerNorm;
    private readonly nint _gelu;

    private VisionKernels(ScalarType type)
    {
        _vector = PackBytes / (type == ScalarType.Float32 ? sizeof(float) : sizeof(ushort));
        var module = new KernelModule("VisionKernels.cu", type);
        _addLayerNorm = new(module["add_layer_norm_1"], module["add_layer_norm_2"]);
        _gelu = module["gelu"];
    }

    /// <summary>The kernels for a tensor, or null where plain operators have to do: on a CPU, in another data type,
    /// where rows are no multiple of 16 bytes, or longer than a block can hold.</summary>
    public static VisionKernels? For(Tensor x)
    {
        if (x.device_type != TorchSharp.DeviceType.CUDA
            || x.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16)
            || x.size(-1) * x.ElementSize is var row && (row % PackBytes != 0 || row / PackBytes > RowKernel.MostPacks))
        {
            return null;
        }

        return Loaded.GetOrAdd((x.dtype, x.device_index), static key => new VisionKernels(key.Type));
    }

    /// <summary><c>x + delta</c> and its normalization. Without <paramref name="delta"/> the sum is <paramref name="x"/>.
    /// </summary>
    public (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor x, Tensor? delta, Tensor weight, Tensor bias, double epsilon)
    {
        var sum = delta is null ? x : empty_like(x);
        var normed = empty_like(x);
        var packs = (int)(x.size(-1) / _vector);
        _addLayerNorm.Launch(
            x, packs, [x, delta, weight, bias, delta is null ? null : sum, normed, packs, (float)epsilon]);
        return (sum, normed);
    }

    /// <summary>Replaces values by their activation.</summary>
    public void Gelu(Tensor x)
    {
        var packs = x.NumberOfElements / _vector;
        CudaApi.Launch(_gelu, (packs + Threads - 1) / Threads, Threads, [x, packs]);
    }
}
