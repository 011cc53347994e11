using System.IO.Hashing;
using EmotionLlama.Runtime;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets.Vision;

/// <summary>Adds outputs to a vision cache. While it is open, no other process can.</summary>
public sealed class VisionCacheWriter : IDisposable
{
    private const string LockName = "lock";

    // How often a waiting process looks again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly VisionCache _cache;
    private readonly FileStream _lock;
    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _index;
    private readonly Queue<int> _free;
    private int _end;

    private VisionCacheWriter(VisionCache cache, FileStream held)
    {
        _cache = cache;
        _lock = held;
        VisionCacheDescription.Write(cache.Folder, cache.Kind);
        _data = OpenFile(VisionCache.DataName);
        _index = OpenFile(VisionCache.IndexName);
        var places = cache.Refresh();
        _end = places.Count;
        _free = new Queue<int>(Enumerable.Range(0, places.Count).Where(place => places[place] is null));

        SafeFileHandle OpenFile(string name) => File.OpenHandle(
            Path.Combine(cache.Folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>Finds out before a long filling whether there is room.</summary>
    /// <param name="outputs">Outputs that will be appended.</param>
    /// <param name="freeBytes">Tells the free bytes where a file lies; null asks the system.</param>
    /// <exception cref="InputException">There is less room than that.</exception>
    public void Reserve(int outputs, Func<string, long>? freeBytes = null)
    {
        var bytes = Math.Max(0, outputs - _free.Count) * (_cache.Kind.Bytes + VisionIndex.RecordBytes);
        DiskSpace.Need(_cache.Folder, bytes, freeBytes);
    }

    /// <summary>Adds the output of a picture.</summary>
    /// <param name="key">The picture.</param>
    /// <param name="output"><c>[tokens, channels]</c>, on any device.</param>
    /// <exception cref="ArgumentException">The output is of another kind.</exception>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Append(PictureKey key, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var kind = _cache.Kind;
        if (output.dtype != kind.Dtype || !output.shape.SequenceEqual([kind.Tokens, kind.Channels]))
        {
            throw new ArgumentException(
                $"the cache keeps {kind.Dtype} [{kind.Tokens}, {kind.Channels}], not {output.dtype} "
                + $"[{string.Join(", ", output.shape)}]",
                nameof(output));
        }

        using var scope = NewDisposeScope();
        var bytes = output.detach().cpu().contiguous().bytes;
        var entry = new VisionEntry(_free.Count > 0 ? _free.Peek() : _end, XxHash3.HashToUInt64(bytes));
        try
        {
            // The record comes last: without it, the output is not there.
            RandomAccess.Write(_data, bytes, entry.Place * kind.Bytes);
            RandomAccess.Write(_index, VisionIndex.Record(entry, key), (long)entry.Place * VisionIndex.RecordBytes);
        }
        catch (IOException e)
        {
            throw new InputException(
                $"{_cache.Folder}: the vision cache cannot be written: {e.Message.ReplaceLineEndings(" ")}; make room, "
                + "and run again to go on",
                e);
        }

        if (entry.Place == _end)
            _end++;
        else
            _free.Dequeue();

        _cache.Add(key, entry);
    }

    /// <summary>Makes what was written survive a power cut.</summary>
    public void Flush()
    {
        RandomAccess.FlushToDisk(_data);
        RandomAccess.FlushToDisk(_index);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        _index.Dispose();
        _lock.Dispose();
    }

    /// <summary>Makes the folder, and finds out whether it can be written to.</summary>
    /// <exception cref="InputException">It cannot.</exception>
    internal static void EnsureWritable(string folder)
    {
        try
        {
            OutputFolder.Open(folder);
        }
        catch (InputException e)
        {
            throw new InputException(
                $"{e.Message}; the vision cache (run.vision_cache) lacks pictures, so it must be written to", e);
        }
    }

    /// <summary>Waits its turn and opens a writer.</summary>
    internal static VisionCacheWriter? Open(VisionCache cache, Action? onWaiting, CancellationToken cancellationToken)
    {
        EnsureWritable(cache.Folder);
        var isFirst = true;
        while (true)
        {
            if (TryLock(cache.Folder) is { } held)
            {
                try
                {
                    return new VisionCacheWriter(cache, held);
                }
                catch
                {
                    held.Dispose();
                    throw;
                }
            }

            if (onWaiting is null)
                return null;

            if (isFirst)
                onWaiting();

            isFirst = false;
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The lock is the system's on an open file, so it ends with the process, however that ends.</summary>
    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder}: cannot be written to: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.</summary>
    private static bool IsHeld(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
