using System.Collections.Concurrent;

namespace EmotionLlama.Datasets;

/// <summary>A few threads that make numbered results. Reading files blocks and libtorch keeps state by thread, so these
/// are threads of their own, not the shared pool's.</summary>
internal sealed class WorkerThreads<T> : IDisposable
{
    private readonly BlockingCollection<(long Number, TaskCompletionSource<T> Result)> _jobs = [];
    private readonly CancellationTokenSource _stop;
    private readonly Func<long, CancellationToken, T> _make;
    private readonly Thread[] _threads;

    public WorkerThreads(int threads, Func<long, CancellationToken, T> make, CancellationToken cancellation)
    {
        _make = make;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"batch loader {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Asks for a result. Results are begun in the order they are asked for.</summary>
    public Task<T> Start(long number)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add((number, result));
        return result.Task;
    }

    /// <summary>Ends the threads; afterwards every result asked for is made, failed or cancelled.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _jobs.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();

        _jobs.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        foreach (var (number, result) in _jobs.GetConsumingEnumerable())
        {
            if (_stop.IsCancellationRequested)
            {
                result.SetCanceled(_stop.Token);
                continue;
            }

            try
            {
                result.SetResult(_make(number, _stop.Token));
            }
            catch (OperationCanceledException e)
            {
                result.SetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Whatever went wrong is for the thread that waits for the result.
            catch (Exception e)
#pragma warning restore CA1031
            {
                result.SetException(e);
            }
        }
    }
}
