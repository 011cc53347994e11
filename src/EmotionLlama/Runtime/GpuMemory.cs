using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>The memory of a GPU.</summary>
public static class GpuMemory
{
    /// <summary>Free and all bytes of the GPU in use.</summary>
    internal static (long Free, long Total) FreeAndTotal() => Cuda.CudaApi.Memory();

    /// <summary>Bytes in use, by this process and others; what libtorch keeps for later counts. 0 on a CPU.</summary>
    /// <param name="device">The GPU, on which something has been computed already.</param>
    public static long InUse(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != DeviceType.CUDA)
            return 0;

        var (free, total) = Cuda.CudaApi.Memory();
        return total - free;
    }
}
