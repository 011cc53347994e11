using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The kernels of <c>VisionKernels.cu</c>, compiled for a data type when first needed.</summary>
internal sealed class VisionKernels
{
    /// <summary>Where the kernels are.</summary>
    public static readonly string[] Files = ["VisionKernels.cu"];

    private const int Threads = 256;
    private const int PackBytes = 16;

    private static readonly ConcurrentDictionary<(ScalarType Type, int Device), VisionKernels> Loaded = new();

    private readonly int _vector;
    private readonly RowKernel _addLayerNorm;
    private readonly nint _gelu;

    private VisionKernels(ScalarType type)
    {
        _vector = PackBytes / (type == ScalarType.Float32 ? sizeof(float) : sizeof(ushort));
        var module = new KernelModule(type, Files);
        _addLayerNorm = new(module["add_layer_norm_1"], module["add_layer_norm_2"]);
        _gelu = module["gelu"];
    }

    /// <summary>The kernels for rows, or null where plain operators have to do: on a CPU, in another data type, where
    /// rows are no multiple of 16 bytes, or longer than a block can hold.</summary>
    /// <param name="rows"><c>[rows, channels]</c></param>
    public static VisionKernels? For(Tensor rows)
    {
        if (!KernelModule.Serves(rows.device_type, rows.dtype))
            return null;

        var kernels = Loaded.GetOrAdd((rows.dtype, rows.device_index), static key => new VisionKernels(key.Type));
        return kernels.Takes(rows.size(-1)) && rows.size(-1) / kernels._vector <= RowKernel.MostPacks ? kernels : null;
    }

    /// <summary>Whether rows of so many values are a multiple of 16 bytes.</summary>
    public bool Takes(long width) => width % _vector == 0;

    /// <summary>Adds to rows, and normalizes them.</summary>
    /// <param name="room">Its rows are counted, and take the normalized ones.</param>
    /// <param name="x"><c>[rows, channels]</c>; the sum replaces it.</param>
    /// <param name="delta">What is added; null for nothing.</param>
    /// <param name="weight"><c>[channels]</c></param>
    /// <param name="bias"><c>[channels]</c></param>
    /// <param name="epsilon">Added to the variance.</param>
    public void AddLayerNorm(EncoderRoom room, Tensor x, Tensor? delta, Tensor weight, Tensor bias, double epsilon)
    {
        var packs = (int)(room.Channels / _vector);
        _addLayerNorm.Launch(room.Rows, packs, [x, delta, weight, bias, x, room.Normed, packs, (float)epsilon]);
    }

    /// <summary>Replaces the activations of a room by their unit's values.</summary>
    public void Gelu(EncoderRoom room)
    {
        var packs = room.Rows * (room.InnerChannels / _vector);
        CudaApi.Launch(_gelu, (packs + Threads - 1) / Threads, Threads, [room.Inner, packs]);
    }
}
