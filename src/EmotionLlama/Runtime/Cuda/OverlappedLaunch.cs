using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Launches kernels that begin while the one before still runs, and wait for it themselves where they need what
/// it wrote: <c>wait_for_earlier</c> in <c>Common.cu</c>. So the next kernel's blocks are in place, and weights on their
/// way, when the earlier one ends ("programmatic dependent launch", from compute capability 9.0 on).</summary>
internal static unsafe class OverlappedLaunch
{
    private const int FirstDriver = 12_030;
    private const int FirstCapability = 90;

    private static readonly delegate* unmanaged<Configuration*, nint, void**, void**, int> LaunchKernel = Find();

    /// <summary>Whether driver and GPU can.</summary>
    public static bool IsThere { get; } = LaunchKernel != null && CudaApi.ComputeCapability() >= FirstCapability;

    /// <summary>Queues a kernel.</summary>
    /// <returns>The driver's code; 0 is good.</returns>
    public static int Launch(
        nint function, uint blocks, uint threads, uint sharedBytes, nint stream, void** arguments)
    {
        const int programmaticSerialization = 6;
        var attribute = new LaunchAttribute { Id = programmaticSerialization, Value = 1 };
        var configuration = new Configuration
        {
            GridX = blocks,
            GridY = 1,
            GridZ = 1,
            BlockX = threads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = sharedBytes,
            Stream = stream,
            Attributes = &attribute,
            AttributeCount = 1,
        };
        return LaunchKernel(&configuration, function, arguments, null);
    }

    /// <summary>Older drivers cannot record such launches.</summary>
    private static delegate* unmanaged<Configuration*, nint, void**, void**, int> Find() =>
        CudaApi.DriverVersion() >= FirstDriver && NativeLibrary.TryGetExport(
            CudaApi.Driver, "cuLaunchKernelEx", out var launch)
            ? (delegate* unmanaged<Configuration*, nint, void**, void**, int>)launch
            : null;

    /// <summary><c>CUlaunchConfig</c></summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Configuration
    {
        public uint GridX, GridY, GridZ, BlockX, BlockY, BlockZ, SharedBytes;
        public nint Stream;
        public LaunchAttribute* Attributes;
        public uint AttributeCount;
    }

    /// <summary><c>CUlaunchAttribute</c></summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    private struct LaunchAttribute
    {
        [FieldOffset(0)]
        public int Id;

        [FieldOffset(8)]
        public int Value;
    }
}
