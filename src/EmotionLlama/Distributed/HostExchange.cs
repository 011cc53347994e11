using System.Collections.Concurrent;
using System.Net.Sockets;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Distributed;

/// <summary>Sums tensors of the host one after another on a thread of its own, so that a backward pass can go on
/// meanwhile.</summary>
internal sealed class HostExchange : ITensorExchange
{
    private readonly RankChannel _channel;
    private readonly IHostSum _sum;
    private readonly BlockingCollection<Work> _queue = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="channel">Hears of failures.</param>
    /// <param name="sum">What sums; owned from now on.</param>
    public HostExchange(RankChannel channel, IHostSum sum)
    {
        _channel = channel;
        _sum = sum;
        _thread = new Thread(Run) { IsBackground = true, Name = "ranks: sums" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public string Name => _sum.Name;

    /// <inheritdoc/>
    public IPendingExchange Start(Tensor values)
    {
        _channel.ThrowIfFailed();

        // Held by this exchange, too: where the job fails, whoever waits lets go of the tensor before it is summed.
        var work = new Work(_channel, values.alias().DetachFromDisposeScope());
        _queue.Add(work);
        return work;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.CompleteAdding();

        // A sum that waits for a rank that is gone ends with the process.
        if (_channel.Failure is not null)
            return;

        _thread.Join();
        _sum.Dispose();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            try
            {
                using (work.Values)
                    _sum.AllReduce(work.Numbers());

                work.Done.TrySetResult();
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                if (!_channel.HearsOfFailure())
                    _channel.Fail($"a sum over all ranks has failed: {e.Message.ReplaceLineEndings(" ")}");

                return;
            }
        }
    }

    private sealed class Work(RankChannel channel, Tensor values) : IPendingExchange
    {
        public TaskCompletionSource Done { get; } = new();

        public Tensor Values => values;

        public unsafe Span<float> Numbers() =>
            new((void*)NativeTorch.Address(values), checked((int)values.numel()));

        public void Wait()
        {
            using (channel.Watch("a sum over all ranks"))
            {
                try
                {
                    Done.Task.Wait(channel.Failed);
                }
                catch (OperationCanceledException)
                {
                    channel.ThrowIfFailed();
                }
            }
        }
    }
}
