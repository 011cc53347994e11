using EmotionLlama.Models;
using EmotionLlama.Runtime;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>An open checkpoint file: positioned reads of headers, and of values straight into a tensor's memory.
/// </summary>
/// <remarks>
/// The file is read rather than mapped. A mapped page counts to the process's memory beside the tensor it is copied
/// to, and a file that is cut short while it is mapped ends the process with SIGBUS; a read ends with an error.
/// </remarks>
internal sealed class CheckpointFile : IDisposable
{
    private const int ChunkBytes = 1 << 26;

    /// <summary>From this size on, the kernel is told of a read beforehand: on its own it reads ahead in small steps,
    /// which keep a fast disk waiting.</summary>
    private const int LargeRead = 1 << 20;

    // Values are read through it from several threads. The stream's own property would flush its buffer each time, which
    // two threads at once must not.
    private readonly SafeFileHandle _handle;

    private CheckpointFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Stream = new FileStream(handle, FileAccess.Read);
        Length = Stream.Length;
    }

    /// <summary>The file's path, as given.</summary>
    public string Path { get; }

    /// <summary>The file's size in bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>The file as a stream, for headers that are read in order.</summary>
    public FileStream Stream { get; }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">There is no such file, or it cannot be read.</exception>
    public static CheckpointFile Open(string path)
    {
        try
        {
            return new CheckpointFile(path, File.OpenHandle(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Fills a span from a place in the file.</summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            if (destination.Length >= LargeRead)
                FileAdvice.ReadAhead(_handle, offset, destination.Length);

            while (!destination.IsEmpty)
            {
                var read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0)
                {
                    throw new InputException(
                        $"{Path}: ends early at byte {offset}; the file is truncated, copy it again");
                }

                offset += read;
                destination = destination[read..];
            }
        }
        catch (IOException e)
        {
            throw new InputException($"{Path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Reads some bytes; the caller has checked that they are few.</summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public byte[] ReadBytes(long offset, int count)
    {
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>Reads a contiguous tensor on the CPU. The caller has checked that its bytes lie within the file.
    /// </summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public Tensor ReadTensor(ReadOnlySpan<long> shape, ScalarType type, long offset)
    {
        var tensor = empty(shape, type, CPU);
        try
        {
            var memory = new TensorMemory(tensor);
            for (long at = 0; at < memory.Length; at += ChunkBytes)
                Read(offset + at, memory.Slice(at, ChunkBytes));

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Values that lie behind one another. The caller has checked that they lie within the file.</summary>
    public StoredValues Values(ScalarType type, long offset, long bytes) =>
        new(type, bytes, (at, destination) => Read(offset + at, destination));

    /// <inheritdoc/>
    public void Dispose() => Stream.Dispose();
}
