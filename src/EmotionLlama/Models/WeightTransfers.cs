using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>
/// Moves stored values into tensors in the background, piece by piece and several pieces at once, so that the disk
/// always has something to read while others are copied to the device and converted there.
/// </summary>
/// <remarks>
/// Each of a few threads owns one piece of host memory, page-locked for a GPU: it reads a piece of the file into it and
/// waits until the device has it, while the others read. So the host holds no more than <see cref="HostBytes"/>,
/// whatever the size of the model, and no event is needed to know when a piece of memory is free again.
/// </remarks>
public sealed class WeightTransfers : IDisposable
{
    /// <summary>The most bytes of a piece.</summary>
    public const int PieceBytes = 16 << 20;

    private const int MostThreads = 8;

    private readonly BlockingCollection<Piece> _pieces = [];
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _cancellation;
    private readonly Thread[] _threads;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ExceptionDispatchInfo? _error;
    private bool _disposed;

    /// <summary>Starts the threads.</summary>
    /// <param name="cancellation">Ends the transfers; <see cref="Finish"/> then throws.</param>
    public WeightTransfers(CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _threads = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MostThreads))
            .Select(i => new Thread(Work) { IsBackground = true, Name = $"weights {i}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The most host memory that the transfers take.</summary>
    public static long HostBytes => (long)PieceBytes * Math.Min(Environment.ProcessorCount, MostThreads);

    /// <summary>Bytes of the files that were asked for.</summary>
    public long Bytes { get; private set; }

    /// <summary>The time since the start, or until <see cref="Finish"/> returned.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Fills a tensor. Its values may be used once <see cref="Finish"/> has returned; until then the file must
    /// stay open and the tensor must live.</summary>
    /// <param name="values">Where they lie.</param>
    /// <param name="destination">A contiguous tensor of as many elements, of any data type and on any device.</param>
    public void Fill(StoredValues values, Tensor destination)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(destination);
        Bytes += values.Bytes;
        if (values.Bytes == 0)
            return;

        var elements = destination.numel();
        var size = values.Bytes / elements;
        var step = PieceBytes / size;
        for (long first = 0; first < elements; first += step)
            _pieces.Add(new Piece(values, destination, first, Math.Min(step, elements - first), (int)size));
    }

    /// <summary>Waits until all tensors are filled. Nothing may be added afterwards.</summary>
    /// <exception cref="InputException">A file cannot be read, or ends early.</exception>
    /// <exception cref="OperationCanceledException">The transfers were stopped.</exception>
    public void Finish()
    {
        Join();
        _clock.Stop();
        _error?.Throw();
        _cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Stops what is under way.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        _stop.Cancel();
        Join();
        _pieces.Dispose();
        _stop.Dispose();
    }

    private void Join()
    {
        _pieces.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Work()
    {
        using var staging = new Staging();
        try
        {
            foreach (var piece in _pieces.GetConsumingEnumerable(_stop.Token))
                staging.Move(piece);
        }
        catch (OperationCanceledException)
        {
            // Another thread failed, or the caller stopped; both are told by Finish.
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null);
            _stop.Cancel();
        }
    }

    private sealed record Piece(StoredValues Values, Tensor Destination, long First, long Count, int ElementSize);

    /// <summary>The host memory of one thread.</summary>
    private sealed class Staging : IDisposable
    {
        private Tensor? _memory;

        public void Move(Piece piece)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var (values, offset) = (piece.Values, piece.First * piece.ElementSize);
            var target = piece.Destination.detach().view(-1).narrow(0, piece.First, piece.Count);
            if (target.device_type == DeviceType.CPU && target.dtype == values.Type)
            {
                values.Read(offset, target.bytes);
                return;
            }

            var source = Memory(values.Type, PieceBytes / piece.ElementSize, target.device_type == DeviceType.CUDA)
                .narrow(0, 0, piece.Count);
            values.Read(offset, source.bytes);
            if (target.device_type == DeviceType.CUDA && target.dtype != values.Type)
            {
                // Copied as it is and converted there: on its way, libtorch would convert it on the CPU.
                target.copy_(source.to(target.device));
            }
            else
            {
                target.copy_(source);
            }
        }

        public void Dispose() => _memory?.Dispose();

        /// <summary>Page-locked memory is taken once: locking is as slow as reading.</summary>
        private Tensor Memory(ScalarType type, long elements, bool pinned)
        {
            if (_memory?.dtype == type)
                return _memory;

            _memory?.Dispose();
            using var pageable = empty(elements, type, CPU);
            _memory = (pinned ? pageable.pin_memory() : pageable.alias()).DetachFromDisposeScope();
            return _memory;
        }
    }
}
