using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>The few functions of the NVIDIA driver that kernels of our own need.</summary>
internal static unsafe class CudaApi
{
    /// <summary>The driver's library.</summary>
    internal static readonly nint Driver =
        NativeLibrary.Load(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1");

    private static readonly delegate* unmanaged<int*, int> GetDriverVersion =
        (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(Driver, "cuDriverGetVersion");

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

    private static readonly delegate* unmanaged<byte*, int, int> GetUuid =
        (delegate* unmanaged<byte*, int, int>)NativeLibrary.GetExport(Driver, "cuDeviceGetUuid");

    private static readonly delegate* unmanaged<nint, nint, uint, int> StreamWaitEvent =
        (delegate* unmanaged<nint, nint, uint, int>)NativeLibrary.GetExport(Driver, "cuStreamWaitEvent");

    private static readonly delegate* unmanaged<nint, int, int> StreamBeginCapture =
        (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(Driver, "cuStreamBeginCapture_v2");

    private static readonly delegate* unmanaged<nint, nint*, int> StreamEndCapture =
        (delegate* unmanaged<nint, nint*, int>)NativeLibrary.GetExport(Driver, "cuStreamEndCapture");

    private static readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate =
        (delegate* unmanaged<nint*, nint, ulong, int>)NativeLibrary.GetExport(Driver, "cuGraphInstantiateWithFlags");

    private static readonly delegate* unmanaged<nint, nint, int> GraphLaunch =
        (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(Driver, "cuGraphLaunch");

    private static readonly delegate* unmanaged<nint, int> GraphDestroy =
        (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Driver, "cuGraphDestroy");

    private static readonly delegate* unmanaged<nint, int> GraphExecDestroy =
        (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(Driver, "cuGraphExecDestroy");

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

    private static readonly delegate* unmanaged<nint, int, int, int> SetFunctionAttribute =
        (delegate* unmanaged<nint, int, int, int>)NativeLibrary.GetExport(Driver, "cuFuncSetAttribute");

    private static readonly delegate* unmanaged<int, byte**, int> GetErrorName =
        (delegate* unmanaged<int, byte**, int>)NativeLibrary.GetExport(Driver, "cuGetErrorName");

    /// <summary>The compute capability of the GPU in use, such as 90. The thread must have used it before.</summary>
    public static int ComputeCapability()
    {
        const int majorAttribute = 75;
        const int minorAttribute = 76;
        return (DeviceAttribute(majorAttribute) * 10) + DeviceAttribute(minorAttribute);
    }

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

    /// <summary>The CUDA version that the driver is made for, such as 12030 for 12.3.</summary>
    public static int DriverVersion()
    {
        int version;
        Check(GetDriverVersion(&version), "cuDriverGetVersion");
        return version;
    }

    /// <summary>How many blocks of a thousand threads run at the same time, at least: the GPU's multiprocessors.
    /// </summary>
    public static int Multiprocessors()
    {
        const int multiprocessorsAttribute = 16;
        return DeviceAttribute(multiprocessorsAttribute);
    }

    /// <summary>The most shared memory that a block can be given, in bytes, with what its kernel declares.</summary>
    public static int MostSharedBytes()
    {
        const int mostSharedAttribute = 97;
        return DeviceAttribute(mostSharedAttribute);
    }

    /// <summary>Free and all bytes of the GPU in use.</summary>
    public static (long Free, long Total) Memory()
    {
        nuint free, total;
        Check(GetMemoryInfo(&free, &total), "cuMemGetInfo");
        return ((long)free, (long)total);
    }

    /// <summary>Marks the end of what is queued on this thread's stream by now. Destroy the mark.</summary>
    public static nint RecordEvent()
    {
        const uint disableTiming = 2;
        nint mark;
        Check(CreateEvent(&mark, disableTiming), "cuEventCreate");
        Check(QueueEvent(mark, CudaStream.Current), "cuEventRecord");
        return mark;
    }

    /// <summary>Waits until a mark is reached.</summary>
    public static void Wait(nint mark) => Check(SynchronizeEvent(mark), "cuEventSynchronize");

    /// <summary>Forgets a mark.</summary>
    public static void Destroy(nint mark) => Check(DestroyEvent(mark), "cuEventDestroy");

    /// <summary>Makes a stream that runs beside the default one.</summary>
    public static nint CreateStream()
    {
        const uint nonBlocking = 1;
        nint stream;
        Check(NewStream(&stream, nonBlocking), "cuStreamCreate");
        return stream;
    }

    /// <summary>What is queued on one stream from now on runs behind what is queued on another by now; 0 is the default
    /// stream.</summary>
    public static void Order(nint earlier, nint later)
    {
        const uint disableTiming = 2;
        nint mark;
        Check(CreateEvent(&mark, disableTiming), "cuEventCreate");
        try
        {
            Check(QueueEvent(mark, earlier), "cuEventRecord");
            Check(StreamWaitEvent(later, mark, 0), "cuStreamWaitEvent");
        }
        finally
        {
            Destroy(mark);
        }
    }

    /// <summary>From now on, what is queued on a stream is recorded instead.</summary>
    public static void BeginCapture(nint stream)
    {
        // Other threads may go on with whatever they do.
        const int relaxed = 2;
        Check(StreamBeginCapture(stream, relaxed), "cuStreamBeginCapture");
    }

    /// <summary>Ends a recording.</summary>
    /// <returns>The recorded graph; 0 where the recording has failed.</returns>
    public static nint EndCapture(nint stream)
    {
        nint graph;
        return StreamEndCapture(stream, &graph) == 0 ? graph : 0;
    }

    /// <summary>Makes a recorded graph ready to be launched, and forgets the recording.</summary>
    public static nint Instantiate(nint graph)
    {
        nint executable;
        try
        {
            Check(GraphInstantiate(&executable, graph, 0), "cuGraphInstantiate");
        }
        finally
        {
            Check(GraphDestroy(graph), "cuGraphDestroy");
        }

        return executable;
    }

    /// <summary>Queues a graph.</summary>
    public static void LaunchGraph(nint executable, nint stream) =>
        Check(GraphLaunch(executable, stream), "cuGraphLaunch");

    /// <summary>Forgets a graph, when it has run.</summary>
    public static void DestroyGraph(nint executable) => Check(GraphExecDestroy(executable), "cuGraphExecDestroy");

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

    /// <summary>Lets a kernel be launched with more than the usual 48 KiB of shared memory a block.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="bytes">The most, beside what it declares.</param>
    public static void AllowShared(nint function, int bytes)
    {
        const int mostDynamicSharedBytes = 8;
        Check(SetFunctionAttribute(function, mostDynamicSharedBytes, bytes), "cuFuncSetAttribute");
    }

    /// <summary>Queues a kernel on the stream that libtorch uses on this thread.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="blocks">Blocks, in one dimension; none launches nothing.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="arguments">Its arguments, in 8 bytes each, whatever their size.</param>
    /// <param name="overlaps">Whether the kernel calls <c>wait_for_earlier</c> before it reads or writes anything that
    /// another one touches; on a stream of our own it then begins early.</param>
    /// <param name="sharedBytes">Shared memory of a block, beside what the kernel declares; more than 48 KiB only after
    /// <see cref="AllowShared"/>.</param>
    /// <param name="maps">Descriptions of matrices, which are the kernel's first arguments.</param>
    public static void Launch(
        nint function,
        long blocks,
        int threads,
        ReadOnlySpan<KernelArgument> arguments,
        bool overlaps = false,
        int sharedBytes = 0,
        ReadOnlySpan<TensorMap> maps = default)
    {
        if (blocks == 0)
            return;

        var pointers = stackalloc void*[maps.Length + arguments.Length];
        fixed (TensorMap* matrices = maps)
        fixed (KernelArgument* values = arguments)
        {
            for (var i = 0; i < maps.Length; i++)
                pointers[i] = matrices + i;

            for (var i = 0; i < arguments.Length; i++)
                pointers[maps.Length + i] = values + i;

            var (count, stream) = (checked((uint)blocks), CudaStream.Current);
            Check(
                overlaps && stream != 0 && OverlappedLaunch.IsThere
                    ? OverlappedLaunch.Launch(function, count, (uint)threads, (uint)sharedBytes, stream, pointers)
                    : LaunchKernel(
                        function, count, 1, 1, (uint)threads, 1, 1, (uint)sharedBytes, stream, pointers, null),
                "cuLaunchKernel");
        }
    }

    /// <summary>Checks what the driver has answered.</summary>
    /// <exception cref="InvalidOperationException">It has failed.</exception>
    internal static void Check(int code, string call)
    {
        if (code == 0)
            return;

        byte* name;
        var text = GetErrorName(code, &name) == 0 ? Marshal.PtrToStringUTF8((nint)name) : code.ToString(
            System.Globalization.CultureInfo.InvariantCulture);
        throw new InvalidOperationException($"{call}: {text}");
    }

    /// <summary>A property of the GPU in use.</summary>
    private static int DeviceAttribute(int attribute)
    {
        int device, value;
        Check(GetCurrentDevice(&device), "cuCtxGetDevice");
        Check(GetAttribute(&value, attribute, device), "cuDeviceGetAttribute");
        return value;
    }
}
