namespace EmotionLlama.Runtime.Cuda;

/// <summary>Recorded work of a GPU, which one call launches again and again, on the same memory.</summary>
internal sealed class CudaGraph : IDisposable
{
    private readonly nint _executable;

    private CudaGraph(nint executable) => _executable = executable;

    /// <summary>Records what is queued on a stream instead of running it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="work">Queues on it. It must not wait, nor read what it computes. All tensors that it makes have to
    /// live as long as the graph: see <see cref="RepeatedWork"/>.</param>
    public static CudaGraph Record(CudaStream stream, Action work)
    {
        nint graph = 0;
        CudaApi.BeginCapture(stream.Handle);
        try
        {
            work();
        }
        finally
        {
            graph = CudaApi.EndCapture(stream.Handle);
        }

        return graph != 0
            ? new CudaGraph(CudaApi.Instantiate(graph))
            : throw new InvalidOperationException("something in the work cannot be recorded as a CUDA graph");
    }

    /// <summary>Queues the work.</summary>
    public void Launch(CudaStream stream) => CudaApi.LaunchGraph(_executable, stream.Handle);

    /// <inheritdoc/>
    public void Dispose() => CudaApi.DestroyGraph(_executable);
}
