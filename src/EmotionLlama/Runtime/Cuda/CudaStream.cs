using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime.Cuda;

/// <summary>
/// A stream beside libtorch's default one, for work that is recorded as a graph, which the default stream cannot be. Inside
/// of <see cref="Enter"/>, libtorch and the kernels of our own queue there.
/// </summary>
/// <remarks>
/// libtorch hands memory out again by the stream it was taken on. So tensors that are made inside belong to this stream, and
/// those of the default stream must not be freed before <see cref="Dispose"/>, which makes the default stream wait. Streams
/// are kept for later use, with the memory that libtorch keeps for them.
/// </remarks>
internal sealed unsafe class CudaStream : IDisposable
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<nint>> Idle = new();

    private static readonly nint Library =
        NativeLibrary.Load(Path.Combine(LibTorch.Load().Folder, "libtorch_cuda.so"));

    private static readonly delegate* unmanaged<void*, int, void**, int> CreateGuard =
        (delegate* unmanaged<void*, int, void**, int>)NativeLibrary.GetExport(
            Library, "aoti_torch_create_cuda_stream_guard");

    private static readonly delegate* unmanaged<void*, int> DeleteGuard =
        (delegate* unmanaged<void*, int>)NativeLibrary.GetExport(Library, "aoti_torch_delete_cuda_stream_guard");

    [ThreadStatic]
    private static nint _current;

    private readonly int _device;

    /// <summary>Takes a stream that runs behind all that the default stream has to do by now.</summary>
    /// <param name="device">The GPU, which is the one in use.</param>
    public CudaStream(int device)
    {
        _device = device;
        var idle = Idle.GetOrAdd(device, static _ => []);
        Handle = idle.TryTake(out var used) ? used : CudaApi.CreateStream();
        CudaApi.Order(earlier: 0, later: Handle);
    }

    /// <summary>The stream of this thread: 0 for the default one.</summary>
    public static nint Current => _current;

    /// <summary>The driver's handle.</summary>
    public nint Handle { get; }

    /// <summary>Makes this the stream of this thread, until the result is disposed. Nothing awaits in between.</summary>
    public Guard Enter()
    {
        void* guard;
        if (CreateGuard((void*)Handle, _device, &guard) != 0)
            throw new InvalidOperationException("libtorch does not take the stream");

        var outer = _current;
        _current = Handle;
        return new Guard((nint)guard, outer);
    }

    /// <summary>What the default stream does from now on comes behind all that was queued here.</summary>
    public void Dispose()
    {
        CudaApi.Order(earlier: Handle, later: 0);
        Idle[_device].Add(Handle);
    }

    /// <summary>Goes back to the stream before.</summary>
    internal readonly struct Guard(nint guard, nint outer) : IDisposable
    {
        /// <summary>Goes back.</summary>
        public void Dispose()
        {
            _current = outer;
            if (DeleteGuard((void*)guard) != 0)
                throw new InvalidOperationException("libtorch does not go back to its stream");
        }
    }
}
