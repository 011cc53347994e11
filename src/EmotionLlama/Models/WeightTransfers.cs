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
    private const int MostPassing = 2;

    private readonly BlockingCollection<Piece> _pieces = [];
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _cancellation;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _room = new(MostPassing);
    private readonly ConcurrentDictionary<PassingTensor, bool> _passing = new();
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

        foreach (var piece in PiecesOf(values, destination, 0, destination.numel()))
            _pieces.Add(piece);
    }

    /// <summary>Fills a tensor that is only there until something else was made of it. At most two of them exist at a time,
    /// so this waits while two others are filled and used.</summary>
    /// <param name="values">What fills it, one behind the other.</param>
    /// <param name="make">Makes the tensor, contiguous, which is freed behind its use.</param>
    /// <param name="use">Gets the tensor once it is filled, on one of the threads.</param>
    internal void FillAndUse(IReadOnlyList<StoredValues> values, Func<Tensor> make, Action<Tensor> use)
    {
        try
        {
            _room.Wait(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            _error?.Throw();
            throw;
        }

        var tensor = make().DetachFromDisposeScope();
        Bytes += values.Sum(part => part.Bytes);
        var pieces = new List<Piece>();
        var first = 0L;
        foreach (var part in values)
        {
            var count = part.Bytes / part.Type.ElementSize();
            pieces.AddRange(PiecesOf(part, tensor, first, count));
            first += count;
        }

        var passing = new PassingTensor(tensor, pieces.Count, use);
        _passing[passing] = true;
        foreach (var piece in pieces)
            _pieces.Add(piece with { Passing = passing });
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
        foreach (var unused in _passing.Keys)
            unused.Dispose();

        _pieces.Dispose();
        _room.Dispose();
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
            {
                staging.Move(piece);
                if (piece.Passing?.AddPiece() == true && _passing.TryRemove(piece.Passing, out bool _))
                {
                    piece.Passing.Dispose();
                    _room.Release();
                }
            }
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

    private static IEnumerable<Piece> PiecesOf(StoredValues values, Tensor destination, long place, long elements)
    {
        var size = values.Bytes / elements;
        var step = PieceBytes / size;
        for (long first = 0; first < elements; first += step)
        {
            yield return new Piece(
                values, first * size, destination, place + first, Math.Min(step, elements - first), (int)size);
        }
    }

    /// <summary>Some values of a tensor.</summary>
    /// <param name="Values">Where they lie.</param>
    /// <param name="Offset">Bytes before them.</param>
    /// <param name="Destination">Where they go.</param>
    /// <param name="First">Elements of it before them.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="ElementSize">Bytes of each, as they are stored.</param>
    private sealed record Piece(
        StoredValues Values, long Offset, Tensor Destination, long First, long Count, int ElementSize)
    {
        /// <summary>The tensor that is used when it is filled; null where it stays.</summary>
        public PassingTensor? Passing { get; init; }
    }

    /// <summary>The host memory of one thread.</summary>
    private sealed class Staging : IDisposable
    {
        private Tensor? _memory;

        public void Move(Piece piece)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var (values, offset) = (piece.Values, piece.Offset);
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
