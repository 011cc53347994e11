using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>The processes of a job, its ranks, and what they do together. Every rank makes the same calls in the same
/// order, from one thread.</summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process, from 0.</summary>
    int Rank { get; }

    /// <summary>The number of processes.</summary>
    int Size { get; }

    /// <summary>What carries tensors between the ranks, for people, such as <c>NCCL 2.27.3</c>.</summary>
    string Name { get; }

    /// <summary>Puts the sum over all ranks in place of each rank's values. The result has the same bits on every
    /// rank.</summary>
    /// <param name="values">Contiguous float32, of the same shape on each rank.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    void AllReduceSum(Tensor values);

    /// <summary>Starts <see cref="AllReduceSum"/>: what is queued behind on the device may run beside it. Exchanges end in
    /// the order in which they were started.</summary>
    /// <param name="values">As for <see cref="AllReduceSum"/>; kept alive and left alone until the result has been waited
    /// for.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    IPendingExchange StartAllReduceSum(Tensor values);

    /// <summary>Puts rank 0's values in place of every rank's.</summary>
    /// <param name="values">As for <see cref="AllReduceSum"/>.</param>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    void Broadcast(Tensor values);

    /// <summary>Collects a few bytes from each rank.</summary>
    /// <param name="part">This rank's.</param>
    /// <returns>Every rank's, in the order of the ranks.</returns>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part);

    /// <summary>Waits until every rank is here.</summary>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    void Barrier() => AllGather([]);

    /// <summary>Ends the job where this rank then waits longer than the time limit.</summary>
    /// <param name="what">What it waits for, such as <c>step 12</c>.</param>
    /// <returns>Dispose it when the wait is over.</returns>
    IDisposable Watch(string what);
}
