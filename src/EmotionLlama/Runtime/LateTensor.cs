using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>A tensor on its way to the host: whoever asks for it waits until it is there, and for nothing that was queued
/// behind it.</summary>
internal sealed class LateTensor : IDisposable
{
    private readonly Tensor _host;
    private readonly nint _arrived;

    /// <summary>Queues the copy.</summary>
    /// <param name="values">A tensor anywhere.</param>
    public LateTensor(Tensor values)
    {
        using var scope = NewDisposeScope();
        if (values.device_type != DeviceType.CUDA)
        {
            _host = values.detach().clone().DetachFromDisposeScope();
            return;
        }

        _host = empty(values.shape, values.dtype).pin_memory().DetachFromDisposeScope();
        _host.copy_(values.detach(), true);
        _arrived = Cuda.CudaApi.RecordEvent();
    }

    /// <summary>Whether asking for it may have to wait.</summary>
    public bool IsLate => _arrived != 0;

    /// <summary>Waits for the tensor, which stays this one's.</summary>
    public Tensor Wait()
    {
        if (_arrived != 0)
            Cuda.CudaApi.Wait(_arrived);

        return _host;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_arrived != 0)
            Cuda.CudaApi.Destroy(_arrived);

        _host.Dispose();
    }
}
