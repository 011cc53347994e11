using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>A job of one process.</summary>
public sealed class SingleProcess : IProcessGroup, IPendingExchange
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public string Name => "nothing";

    /// <inheritdoc/>
    public void AllReduceSum(Tensor values)
    {
    }

    /// <inheritdoc/>
    public IPendingExchange StartAllReduceSum(Tensor values) => this;

    /// <inheritdoc/>
    public void Broadcast(Tensor values)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part) => [part.ToArray()];

    /// <inheritdoc/>
    public IDisposable Watch(string what) => this;

    /// <inheritdoc/>
    public void Wait()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
