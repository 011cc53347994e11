using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;

namespace EmotionLlama.Distributed;

/// <summary>
/// What the ranks of a job tell one another, over TCP and through rank 0, whatever carries their gradients: small
/// collections of bytes, and that a rank has failed. A rank that dies is noticed at once, because its connection closes;
/// one that hangs, after a time limit.
/// </summary>
public abstract class RankChannel : IDisposable
{
    // How long a process may take to end by itself once the job has failed.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<byte[][]> _collected = [];
    private readonly CancellationTokenSource _failed = new();
    private readonly ManualResetEventSlim _closed = new();
    private readonly Lock _lock = new();
    private readonly HashSet<WatchedWait> _waits = [];
    private RankFailureException? _failure;
    private bool _failing;
    private long _collections;

    private protected RankChannel(LaunchEnvironment launch, TimeSpan limit)
    {
        Launch = launch;
        Limit = limit;
        Failed = _failed.Token;
    }

    /// <summary>This process's place in the job.</summary>
    public LaunchEnvironment Launch { get; }

    /// <summary>The longest wait for another rank.</summary>
    public TimeSpan Limit { get; }

    /// <summary>Cancelled when the job has failed.</summary>
    public CancellationToken Failed { get; }

    /// <summary>Why the job has failed; null while it has not.</summary>
    public RankFailureException? Failure => _failure;

    /// <summary>Called on a thread of the channel where the process has not ended some seconds after the job failed, as
    /// while it waits inside a library for a rank that is gone.</summary>
    public Action<RankFailureException>? Stuck { get; set; }

    /// <summary>Asked now and then whether whoever started the ranks is gone.</summary>
    public Func<bool>? IsOrphaned { get; set; }

    /// <summary>Where rank 0 is, seen from here.</summary>
    internal abstract System.Net.IPAddress HubAddress { get; }

    /// <summary>Collects a few bytes from each rank; every rank asks in the same order, from one thread.</summary>
    /// <param name="part">This rank's.</param>
    /// <returns>Every rank's, in their order.</returns>
    /// <exception cref="RankFailureException">A rank has failed.</exception>
    public IReadOnlyList<byte[]> AllGather(ReadOnlySpan<byte> part)
    {
        ThrowIfFailed();
        try
        {
            Contribute(_collections++, part.ToArray());
            return _collected.Take(Failed);
        }
        catch (OperationCanceledException)
        {
            throw _failure!;
        }
    }

    /// <summary>Says that the job has failed, where it has.</summary>
    /// <exception cref="RankFailureException">It has.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw failure;
    }

    /// <summary>Whether the job has failed, or does in a moment: a connection that breaks is nearly always a rank that has
    /// ended, which the channel tells better.</summary>
    internal bool HearsOfFailure() => Failed.WaitHandle.WaitOne(Grace);

    /// <summary>Tells all ranks that this one has failed. The first failure of a job counts.</summary>
    /// <param name="message">Why, in one line.</param>
    /// <param name="exitCode">What every process ends with.</param>
    public void Fail(string message, int exitCode = RankFailureException.Failed) => TryFail(
        new RankFailureException(message, exitCode), () => TellFailure(Launch.Rank, message, exitCode));

    /// <summary>Ends the job where something takes longer than the time limit.</summary>
    /// <param name="what">What is waited for.</param>
    /// <returns>Dispose it when the wait is over.</returns>
    public IDisposable Watch(string what)
    {
        var wait = new WatchedWait(this, what, Environment.TickCount64 + (long)Limit.TotalMilliseconds);
        lock (_lock)
            _waits.Add(wait);

        return wait;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_closed.IsSet)
        {
            // A failure that is on its way to the others comes before the goodbye.
            if (Volatile.Read(ref _failing))
                Failed.WaitHandle.WaitOne(Grace);

            _closed.Set();
            if (Failure is null)
                MpiLibrary.Finish();

            Close();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to watch the time.</summary>
    private protected void StartWatchdog() =>
        new Thread(RunWatchdog) { IsBackground = true, Name = "ranks: watchdog" }.Start();

    /// <summary>Hands a rank's part of a collection over.</summary>
    private protected abstract void Contribute(long number, byte[] part);

    /// <summary>Says that this process is alive, and finds ranks that do not.</summary>
    private protected abstract void BeatAndCheck(long now);

    /// <summary>Passes a failure on.</summary>
    private protected abstract void TellFailure(int rank, string message, int exitCode);

    /// <summary>Says goodbye and closes the connections.</summary>
    private protected abstract void Close();

    /// <summary>A collection is whole.</summary>
    private protected void Deliver(byte[][] parts) => _collected.Add(parts);

    /// <summary>Ends the job here. The first failure counts.</summary>
    /// <param name="failure">What has failed.</param>
    /// <param name="tell">Passes it on.</param>
    private protected void TryFail(RankFailureException failure, Action? tell = null)
    {
        // A connection that closes because this rank is done is no failure.
        if (_closed.IsSet || Interlocked.Exchange(ref _failing, true))
            return;

        new Thread(() => EndWhereStuck(failure)) { IsBackground = true, Name = "ranks: last resort" }.Start();

        // The others hear of it first: this rank's own work closes the connections as soon as it does.
        tell?.Invoke();
        _failure = failure;
        _failed.Cancel();
    }

    private protected static byte[] FailureBytes(int rank, string message, int exitCode)
    {
        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(message)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, rank);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), exitCode);
        Encoding.UTF8.GetBytes(message, bytes.AsSpan(8));
        return bytes;
    }

    private protected static (int Rank, string Message, int ExitCode) ReadFailure(byte[] bytes) => bytes.Length < 8
        ? (0, "the job has failed", RankFailureException.Failed)
        : (BinaryPrimitives.ReadInt32LittleEndian(bytes),
            Encoding.UTF8.GetString(bytes.AsSpan(8)),
            BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)));

    private protected string Seconds => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Limit.TotalSeconds:0.#} s");

    private void EndWhereStuck(RankFailureException failure)
    {
        Thread.Sleep(Grace);
        Stuck?.Invoke(failure);
    }

    private void RunWatchdog()
    {
        var tick = TimeSpan.FromMilliseconds(Math.Clamp(Limit.TotalMilliseconds / 10, 20, 1000));
        while (!_closed.Wait(tick) && _failure is null)
        {
            var now = Environment.TickCount64;
            BeatAndCheck(now);
            WatchedWait? overdue;
            lock (_lock)
                overdue = _waits.FirstOrDefault(wait => wait.Until < now);

            if (overdue is not null)
                Fail($"rank {Launch.Rank} has waited {Seconds} for {overdue.What}; raise --rank-timeout if that can be");
            else if (IsOrphaned?.Invoke() == true)
                Fail("the process that started the ranks has ended");
        }
    }

    private sealed record WatchedWait(RankChannel Channel, string What, long Until) : IDisposable
    {
        public void Dispose()
        {
            lock (Channel._lock)
                Channel._waits.Remove(this);
        }
    }
}
