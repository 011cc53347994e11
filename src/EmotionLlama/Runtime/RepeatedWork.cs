using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>The same work over and over, on tensors that stay where they are. On a GPU it is recorded at the third time,
/// and from then on one call queues all of it.</summary>
/// <remarks>
/// The first two times let libtorch and cuBLAS take the memory and load the kernels they need. All tensors that the work
/// makes live until it is done again, and those of the recording as long as the recording: libtorch gives their memory
/// to nobody, not even back to the driver when memory runs out, so the recorded addresses stay good. The work must
/// therefore leave its temporary tensors to the dispose scope that is open.
/// </remarks>
/// <param name="work">The work; it must not wait for the device.</param>
/// <param name="stream">Where it runs; null for the default stream, or a CPU, where nothing is recorded.</param>
internal sealed class RepeatedWork(Action work, CudaStream? stream) : IDisposable
{
    private const int RunsBeforeRecording = 2;

    private IReadOnlyList<IDisposable> _held = [];
    private CudaGraph? _graph;
    private int _runs;

    /// <summary>Does the work, inside <see cref="CudaStream.Enter"/> where there is a stream.</summary>
    public void Run()
    {
        if (_graph is null && (stream is null || _runs++ < RunsBeforeRecording))
        {
            WorkAndHold();
            return;
        }

        _graph ??= CudaGraph.Record(stream!, WorkAndHold);
        _graph.Launch(stream!);
    }

    /// <summary>The tensors that it works on have changed their shapes or places.</summary>
    public void StartOver()
    {
        _graph?.Dispose();
        _graph = null;
        _runs = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StartOver();
        Release();
    }

    private void WorkAndHold()
    {
        using var scope = NewDisposeScope();
        work();
        IDisposable[] made = [.. scope.DisposablesView];
        scope.Detach(made);
        Release();
        _held = made;
    }

    private void Release()
    {
        foreach (var tensor in _held)
            tensor.Dispose();

        _held = [];
    }
}
