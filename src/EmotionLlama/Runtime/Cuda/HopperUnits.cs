using static TorchSharp.torch;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The matrix units of compute capability 9.0, for which <c>HopperUnits.cu</c> and the kernels built on it are written.
/// </summary>
internal static class HopperUnits
{
    private const int Capability = 90;

    /// <summary>Whether a GPU of some compute capability has them, and they take a data type.</summary>
    public static bool Serve(int capability, ScalarType type) =>
        capability == Capability && type is ScalarType.BFloat16 or ScalarType.Float16;

    /// <summary>Whether the GPU in use has them, and they take a data type.</summary>
    public static bool Serve(ScalarType type) => Serve(CudaApi.ComputeCapability(), type);
}
