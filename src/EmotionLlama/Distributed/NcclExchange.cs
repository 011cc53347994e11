using EmotionLlama.Runtime;
using EmotionLlama.Runtime.Cuda;
using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>Sums tensors of GPUs through NCCL, on a stream beside libtorch's: what libtorch queues behind a sum that was
/// started runs beside it, and waits only where <see cref="IPendingExchange.Wait"/> says.</summary>
internal sealed class NcclExchange : ITensorExchange
{
    private readonly RankChannel _channel;
    private readonly NcclLibrary _nccl;
    private readonly nint _communicator;
    private readonly nint _stream;

    /// <summary>Connects the GPUs of all ranks; each calls it at the same place.</summary>
    /// <param name="channel">Hands the communicator's name around.</param>
    /// <param name="nccl">The library.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public NcclExchange(RankChannel channel, NcclLibrary nccl)
    {
        _channel = channel;
        _nccl = nccl;
        var id = channel.AllGather(channel.Launch.Rank == 0 ? nccl.NewId() : [])[0];
        using (channel.Watch("NCCL to connect the GPUs"))
            _communicator = nccl.Connect(id, channel.Launch.Rank, channel.Launch.Size);

        _stream = CudaApi.CreateStream();
    }

    /// <inheritdoc/>
    public string Name => $"NCCL {_nccl.Version}";

    /// <inheritdoc/>
    public IPendingExchange Start(Tensor values)
    {
        _channel.ThrowIfFailed();
        var libTorch = CudaStream.Current;
        CudaApi.Order(earlier: libTorch, later: _stream);
        _nccl.AllReduceSum(_communicator, NativeTorch.Address(values), values.numel(), _stream);
        return new Sum(_stream, libTorch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A communicator whose ranks are gone may never let go.
        if (_channel.Failure is null)
            _nccl.Disconnect(_communicator);
    }

    private sealed record Sum(nint Stream, nint LibTorch) : IPendingExchange
    {
        // Sums end in their order, so what is queued later on the same stream may be waited for as well.
        public void Wait() => CudaApi.Order(earlier: Stream, later: LibTorch);
    }
}
