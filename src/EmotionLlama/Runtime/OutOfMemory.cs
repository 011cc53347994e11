using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>Tells errors of full memory from others.</summary>
internal static class OutOfMemory
{
    // Where libtorch does not say why an operator failed, a GPU with less than this share free is taken to be full.
    private const double FullBelow = 0.05;

    private static readonly string[] Signs =
    [
        "CUDA out of memory", "CUDA_ERROR_OUT_OF_MEMORY", "CUBLAS_STATUS_ALLOC_FAILED", "not enough memory",
        "can't allocate memory",
    ];

    /// <summary>Whether an error says that a device's memory, or the host's, is full.</summary>
    /// <param name="error">From libtorch, the driver or the runtime; what it was caused by counts as well.</param>
    public static bool Is(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is OutOfMemoryException or ExternalException or InvalidOperationException
                && (cause is OutOfMemoryException
                    || Signs.Any(sign => cause.Message.Contains(sign, StringComparison.OrdinalIgnoreCase))
                    || (cause is OperatorException { Reason: null } && IsGpuFull())))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsGpuFull()
    {
        if (!TryInitializeDeviceType(DeviceType.CUDA) || !cuda.is_available())
            return false;

        var (free, total) = Cuda.CudaApi.Memory();
        return free < total * FullBelow;
    }
}
