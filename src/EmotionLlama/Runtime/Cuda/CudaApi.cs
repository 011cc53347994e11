using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The few functions of the NVIDIA driver that kernels of our own need.</summary>
internal static unsafe class CudaApi
{
    private static readonly nint Driver =
        NativeLibrary.Load(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1");

    private static readonly delegate* unmanaged<int*, int> GetCurrentDevice =
        (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(Driver, "cuCtxGetDevice");

    private static readonly delegate* unmanaged<int*, int, int, int> GetAttribute =
        (delegate* unmanaged<int*, int, int, int>)NativeLibrary.GetExport(Driver, "cuDeviceGetAttribute");

    private static readonly delegate* unmanaged<nint*, uint, int> CreateEvent =
        (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(Driver, "cuEventCreate");

    private static readonly delegate* unmanaged<nint, nint, int> QueueEvent =
        (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(Driver, "cuEventRecord");

    private static readonly delegate* unmanaged<nint, int> SynchronizeEvent =
        (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Driver, "cuEventSynchronize");

    private static readonly delegate* unmanaged<nint, int> DestroyEvent =
        (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Driver, "cuEventDestroy_v2");

    private static readonly delegate* unmanaged<nint*, uint, int> NewStream =
        (delegate* unmanaged<nint*, uint, int>)NativeLibrary.GetExport(Driver, "cuStreamCreate");

    private static readonly delegate* unmanaged<nint, nint, uint, int> WaitForEvent =
        (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(Driver, "cuStreamWaitEvent");

    private static readonly delegate* unmanaged<byte*, int, int> GetUuid =
        (delegate* unmanaged<byte*, int, int>)NativeLibrary.GetExport(Driver, "cuDeviceGetUuid");

    private static readonly delegate* unmanaged<nuint*, nuint*, int> GetMemoryInfo =
        (delegate* unmanaged<nuint*, nuint*, int>)NativeLibrary.GetExport(Driver, "cuMemGetInfo_v2");

    private static readonly delegate* unmanaged<nint*, void*, int> LoadModuleData =
        (delegate* unmanaged<nint*, void*, int>)NativeLibrary.GetExport(Driver, "cuModuleLoadData");

    private static readonly delegate* unmanaged<nint*, nint, byte*, int> GetFunction =
        (delegate* unmanaged<nint*, nint, byte*, int>)NativeLibrary.GetExport(Driver, "cuModuleGetFunction");

    private static readonly delegate* unmanaged<
        nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel =
        (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
        NativeLibrary.GetExport(Driver, "cuLaunchKernel");

    private static readonly delegate* unmanaged<int, byte**, int> GetErrorName =
        (delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(Driver, "cuGetErrorName");

    /// <summary>The compute capability of the GPU in use, such as 90.</summary>
    public static int ComputeCapability()
    {
        const int majorAttribute = 75;
        const int minorAttribute = 76;
        int device, major, minor;
        Check(GetCurrentDevice(&device), "cuCtxGetDevice");
        Check(GetAttribute(&major, majorAttribute, device), "cuDeviceGetAttribute");
        Check(GetAttribute(&minor, minorAttribute, device), "cuDeviceGetAttribute");
        return (major * 10) + minor;
    }

    /// <summary>libtorch's stream, on which all kernels are queued.</summary>
    public const nint DefaultStream = 0;

    /// <summary>What tells the GPU in use from all others, 32 hexadecimal digits.</summary>
    public static string DeviceId()
    {
        int device;
        Check(GetCurrentDevice(&device), "cuCtxGetDevice");
        var id = new byte[16];
        fixed (byte* bytes = id)
            Check(GetUuid(bytes, device), "cuDeviceGetUuid");

        return Convert.ToHexStringLower(id);
    }

    /// <summary>A stream that runs beside all others, the default one too.</summary>
    public static nint CreateStream()
    {
        const uint nonBlocking = 1;
        nint stream;
        Check(NewStream(&stream, nonBlocking), "cuStreamCreate");
        return stream;
    }

    /// <summary>Lets what is queued on a stream from now on wait for what is queued on another by now.</summary>
    public static void Follow(nint stream, nint other)
    {
        var mark = RecordEvent(other);
        StreamWait(stream, mark);
        Destroy(mark);
    }

    /// <summary>Lets what is queued on a stream from now on wait for a mark.</summary>
    public static void StreamWait(nint stream, nint mark) => Check(WaitForEvent(stream, mark, 0), "cuStreamWaitEvent");

    /// <summary>Free and all bytes of the GPU in use.</summary>
    public static (long Free, long Total) Memory()
    {
        nuint free, total;
        Check(GetMemoryInfo(&free, &total), "cuMemGetInfo");
        return ((long)free, (long)total);
    }

    /// <summary>Marks the end of what is queued on a stream by now. Destroy the mark.</summary>
    public static nint RecordEvent(nint stream = DefaultStream)
    {
        const uint disableTiming = 2;
        nint mark;
        Check(CreateEvent(&mark, disableTiming), "cuEventCreate");
        Check(QueueEvent(mark, stream), "cuEventRecord");
        return mark;
    }

    /// <summary>Waits until a mark is reached.</summary>
    public static void Wait(nint mark) => Check(SynchronizeEvent(mark), "cuEventSynchronize");

    /// <summary>Forgets a mark.</summary>
    public static void Destroy(nint mark) => Check(DestroyEvent(mark), "cuEventDestroy");

    /// <summary>Loads machine code into the context in use.</summary>
    public static nint LoadModule(ReadOnlySpan<byte> image)
    {
        nint module;
        fixed (byte* data = image)
            Check(LoadModuleData(&module, data), "cuModuleLoadData");

        return module;
    }

    /// <summary>A kernel of a loaded module.</summary>
    public static nint Function(nint module, string name)
    {
        nint function;
        var bytes = System.Text.Encoding.UTF8.GetBytes(name + '\0');
        fixed (byte* text = bytes)
            Check(GetFunction(&function, module, text), $"cuModuleGetFunction({name})");

        return function;
    }

    /// <summary>Queues a kernel on libtorch's stream, the default one.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="blocks">Blocks, in one dimension; none launches nothing.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="arguments">Its arguments, in 8 bytes each, whatever their size.</param>
    public static void Launch(nint function, long blocks, int threads, ReadOnlySpan<KernelArgument> arguments)
    {
        if (blocks == 0)
            return;

        var pointers = stackalloc void*[arguments.Length];
        fixed (KernelArgument* values = arguments)
        {
            for (var i = 0; i < arguments.Length; i++)
                pointers[i] = values + i;

            Check(
                LaunchKernel(function, checked((uint)blocks), 1, 1, (uint)threads, 1, 1, 0, 0, pointers, null),
                "cuLaunchKernel");
        }
    }

    private static void Check(int code, string call)
    {
        if (code == 0)
            return;

        byte* name;
        var text = GetErrorName(code, &name) == 0 ? Marshal.PtrToStringUTF8((nint)name) : code.ToString(
            System.Globalization.CultureInfo.InvariantCulture);
        throw new InvalidOperationException($"{call}: {text}");
    }
}
