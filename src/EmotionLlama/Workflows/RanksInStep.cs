using EmotionLlama.Distributed;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Ranks that keep step with one another as those that train together do, but hand on no gradients: what a step
/// takes without the exchange. Ranks that did not wait for one another would look faster than they are, because a step ends
/// with the slowest.</summary>
/// <param name="ranks">The ranks; not owned.</param>
internal sealed class RanksInStep(IProcessGroup ranks) : IProcessGroup
{
    private IPendingExchange? _last;

    /// <inheritdoc/>
    public int Rank => ranks.Rank;

    /// <inheritdoc/>
    public int Size => ranks.Size;

    /// <inheritdoc/>
    public string Name => ranks.Name;

    /// <inheritdoc/>
    public void AllReduceSum(Tensor values) => ranks.AllReduceSum(values);

    /// <inheritdoc/>
    public IPendingExchange StartAllReduceSum(Tensor values) => _last = new OneValue(this, values);

    /// <inheritdoc/>
    public void Broadcast(Tensor values) => ranks.Broadcast(values);

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part) => ranks.AllGather(part);

    /// <inheritdoc/>
    public IDisposable Watch(string what) => ranks.Watch(what);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Of all sums that are waited for at the end of a backward pass only the last one meets the other ranks, with
    /// one value.</summary>
    private sealed class OneValue(RanksInStep owner, Tensor values) : IPendingExchange
    {
        public void Wait()
        {
            if (!ReferenceEquals(owner._last, this))
                return;

            using var one = values.narrow(0, 0, 1);
            owner.AllReduceSum(one);
        }
    }
}
