using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A few numbers that a device computes, to be read later: whoever asks for them waits until they are there, and
/// for nothing that was queued behind them.</summary>
internal sealed class LateNumbers : IDisposable
{
    private readonly Tensor _host;
    private readonly nint _arrived;

    /// <summary>Queues the copy to the host.</summary>
    /// <param name="values"><c>[count]</c>, float32.</param>
    public LateNumbers(Tensor values)
    {
        using var scope = NewDisposeScope();
        if (values.device_type != DeviceType.CUDA)
        {
            _host = values.detach().clone().DetachFromDisposeScope();
            return;
        }

        _host = empty(values.shape, ScalarType.Float32).pin_memory().DetachFromDisposeScope();
        _host.copy_(values.detach(), true);
        _arrived = Cuda.CudaApi.RecordEvent();
    }

    /// <summary>Whether reading them may have to wait.</summary>
    public bool IsLate => _arrived != 0;

    /// <summary>Waits for the numbers.</summary>
    public float[] Read()
    {
        if (_arrived != 0)
            Cuda.CudaApi.Wait(_arrived);

        return _host.data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_arrived != 0)
            Cuda.CudaApi.Destroy(_arrived);

        _host.Dispose();
    }
}
