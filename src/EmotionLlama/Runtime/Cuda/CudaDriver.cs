using System.Runtime.InteropServices;
using System.Text;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>Asks the NVIDIA driver for its GPUs. Needs neither CUDA nor libtorch, only the driver itself.</summary>
internal static unsafe class CudaDriver
{
    private const int MajorCapability = 75;
    private const int MinorCapability = 76;

    /// <summary>The GPUs that this process may use; empty where there is no driver or no GPU.</summary>
    public static IReadOnlyList<GpuReport> ListGpus()
    {
        var library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(library, out var driver))
            return [];

        var initialize = (delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit");
        var count = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(driver, "cuDeviceGetCount");
        var open = (delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGet");
        var name = (delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetName");
        var memory = (delegate* unmanaged<nuint*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceTotalMem_v2");
        var ask = (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetAttribute");

        int devices;
        if (initialize(0) != 0 || count(&devices) != 0)
            return [];

        var gpus = new List<GpuReport>(devices);
        Span<byte> text = stackalloc byte[256];
        for (var index = 0; index < devices; index++)
        {
            int device, major, minor;
            nuint bytes;
            fixed (byte* buffer = text)
            {
                if (open(&device, index) == 0
                    && name(buffer, text.Length, device) == 0
                    && memory(&bytes, device) == 0
                    && ask(&major, MajorCapability, device) == 0
                    && ask(&minor, MinorCapability, device) == 0)
                {
                    var end = text.IndexOf((byte)0);
                    gpus.Add(new GpuReport(Encoding.UTF8.GetString(text[..end]), (long)bytes, $"{major}.{minor}"));
                }
            }
        }

        return gpus;
    }
}
