using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>Several ranks: a channel for what they tell one another, and what carries their tensors.</summary>
internal sealed class ProcessGroup : IProcessGroup
{
    private readonly RankChannel _channel;
    private readonly ITensorExchange _exchange;

    /// <summary>Joins the two.</summary>
    /// <param name="channel">The channel; not owned.</param>
    /// <param name="exchange">What carries tensors; owned from now on.</param>
    public ProcessGroup(RankChannel channel, ITensorExchange exchange)
    {
        _channel = channel;
        _exchange = exchange;
    }

    /// <inheritdoc/>
    public int Rank => _channel.Launch.Rank;

    /// <inheritdoc/>
    public int Size => _channel.Launch.Size;

    /// <inheritdoc/>
    public string Name => _exchange.Name;

    /// <inheritdoc/>
    public void AllReduceSum(Tensor values) => StartAllReduceSum(values).Wait();

    /// <inheritdoc/>
    public IPendingExchange StartAllReduceSum(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.dtype == ScalarType.Float32 && values.is_contiguous()
            ? _exchange.Start(values)
            : throw new ArgumentException("ranks sum contiguous float32 tensors", nameof(values));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var _ = no_grad();
        if (Rank != 0)
            values.zero_();

        AllReduceSum(values);
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part) => _channel.AllGather(part);

    /// <inheritdoc/>
    public IDisposable Watch(string what) => _channel.Watch(what);

    /// <inheritdoc/>
    public void Dispose() => _exchange.Dispose();
}
