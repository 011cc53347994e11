using System.Collections.Concurrent;
using System.IO.Hashing;
using EmotionLlama.Runtime;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets.Vision;

/// <summary>
/// Keeps on disk what a frozen vision tower makes of pictures. Outputs are all of one size and lie one behind the other
/// in a data file; an index beside it tells whose they are, with a checksum of each. Outputs of other weights, image
/// sizes or data types lie in folders of their own. Reading needs no lock and is safe from several threads and while
/// another process writes.
/// </summary>
/// <remarks>An output is written before its record, so that a process killed at any moment leaves whole entries and
/// perhaps a tail that nobody refers to, which the next writer overwrites.</remarks>
public sealed class VisionCache : IDisposable
{
    /// <summary>The outputs.</summary>
    public const string DataName = "outputs.bin";

    /// <summary>Whose they are.</summary>
    public const string IndexName = "index.bin";

    private readonly ConcurrentDictionary<PictureKey, VisionEntry> _entries = new();
    private readonly ConcurrentQueue<string> _damaged = new();
    private SafeFileHandle? _data;

    private VisionCache(string folder, VisionOutputKind kind)
    {
        Folder = folder;
        Kind = kind;
    }

    /// <summary>Where the files of this kind of output are.</summary>
    public string Folder { get; }

    /// <summary>What it holds.</summary>
    public VisionOutputKind Kind { get; }

    /// <summary>Outputs that can be read.</summary>
    public int Count => _entries.Count;

    /// <summary>Opens a cache to read. Nothing is made where there is none.</summary>
    /// <param name="root">The folder that a person named, for outputs of any kind.</param>
    /// <param name="kind">Which outputs.</param>
    /// <exception cref="InputException">The files are of another version, or cannot be read.</exception>
    public static VisionCache Open(string root, VisionOutputKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var cache = new VisionCache(Path.Combine(Path.GetFullPath(root), kind.FolderName), kind);
        cache.Refresh();
        return cache;
    }

    /// <summary>Opens the cache to write, which one process can do at a time.</summary>
    /// <param name="onWaiting">Told once where another process writes and this one waits; null does not wait.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The writer, with all that others have written until now; null where another process writes and this one
    /// does not wait.</returns>
    /// <exception cref="InputException">The folder cannot be written to.</exception>
    public VisionCacheWriter? Write(Action? onWaiting, CancellationToken cancellationToken = default) =>
        VisionCacheWriter.Open(this, onWaiting, cancellationToken);

    /// <summary>Whether the output of a picture is there.</summary>
    public bool Contains(PictureKey key) => _entries.ContainsKey(key);

    /// <summary>Reads the output of a picture.</summary>
    /// <param name="key">The picture.</param>
    /// <param name="picture">What to call it where its entry is damaged.</param>
    /// <returns><c>[tokens, channels]</c> on the CPU, which the caller disposes of; null where it is not there, or is
    /// damaged.</returns>
    /// <exception cref="InputException">The disk cannot be read.</exception>
    public Tensor? Read(PictureKey key, string picture)
    {
        if (!_entries.ContainsKey(key))
            return null;

        var output = empty([Kind.Tokens, Kind.Channels], Kind.Dtype).DetachFromDisposeScope();
        try
        {
            if (ReadInto(key, output.bytes, picture))
                return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }

        output.Dispose();
        return null;
    }

    /// <summary>Reads the output of a picture into memory, such as a row of a pinned batch.</summary>
    /// <param name="key">The picture.</param>
    /// <param name="destination">As many bytes as an output has.</param>
    /// <param name="picture">What to call it where its entry is damaged.</param>
    /// <returns>False where it is not there, or is damaged; the memory then holds something else.</returns>
    /// <exception cref="InputException">The disk cannot be read.</exception>
    public bool ReadInto(PictureKey key, Span<byte> destination, string picture)
    {
        if (destination.Length != Kind.Bytes)
            throw new ArgumentException($"room for {Kind.Bytes} bytes is needed", nameof(destination));

        if (!_entries.TryGetValue(key, out var entry))
            return false;

        if (ReadWhole(destination, entry.Place * Kind.Bytes)
            && XxHash3.HashToUInt64(destination) == entry.Checksum)
        {
            return true;
        }

        Forget(key, entry, picture);
        return false;
    }

    /// <summary>What was found damaged since the last call, a line each.</summary>
    public IReadOnlyList<string> TakeDamaged()
    {
        var lines = new List<string>();
        while (_damaged.TryDequeue(out var line))
            lines.Add(line);

        return lines;
    }

    /// <inheritdoc/>
    public void Dispose() => _data?.Dispose();

    /// <summary>Takes over what other processes have written.</summary>
    /// <returns>All places of the index; null for free ones.</returns>
    internal IReadOnlyList<VisionEntry?> Refresh()
    {
        var (data, index) = (Path.Combine(Folder, DataName), Path.Combine(Folder, IndexName));
        if (!VisionCacheDescription.Check(Folder, Kind) || !File.Exists(data) || !File.Exists(index))
            return [];

        _data ??= DataFile.Guard(data, () => OpenData(data));
        var records = VisionIndex.Read(DataFile.Guard(index, () => ReadShared(index)));
        var stored = RandomAccess.GetLength(_data) / Kind.Bytes;
        var places = new VisionEntry?[records.Count];
        for (var place = 0; place < Math.Min(stored, places.Length); place++)
        {
            if (records[place] is not var (key, entry))
                continue;

            places[place] = entry;
            _entries[key] = entry;
        }

        return places;
    }

    /// <summary>Takes over an output that was just written.</summary>
    internal void Add(PictureKey key, VisionEntry entry)
    {
        _data ??= OpenData(Path.Combine(Folder, DataName));
        _entries[key] = entry;
    }

    private static SafeFileHandle OpenData(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.RandomAccess);

    private bool ReadWhole(Span<byte> destination, long offset)
    {
        while (destination.Length > 0)
        {
            int read;
            try
            {
                read = RandomAccess.Read(_data!, destination, offset);
            }
            catch (IOException e)
            {
                throw new InputException(
                    $"{Path.Combine(Folder, DataName)}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
            }

            if (read == 0)
                return false;

            destination = destination[read..];
            offset += read;
        }

        return true;
    }

    /// <summary>Drops a damaged entry here and, where the folder can be written to, in the index, so that the next
    /// filling makes it again in the same place.</summary>
    private void Forget(PictureKey key, VisionEntry entry, string picture)
    {
        if (!_entries.TryRemove(KeyValuePair.Create(key, entry)))
            return;

        _damaged.Enqueue(
            $"{Path.Combine(Folder, DataName)}: entry {entry.Place}, {picture}, is damaged and is made again");
        try
        {
            using var index = File.OpenHandle(
                Path.Combine(Folder, IndexName), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(
                index, new byte[VisionIndex.RecordBytes], (long)entry.Place * VisionIndex.RecordBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is found again by the next reader.
        }
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..read];
    }
}
