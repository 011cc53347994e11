using System.Runtime.InteropServices;

namespace EmotionLlama.Runtime;

/// <summary>Writes files so that a reader, a crash or a full disk never meets half of one: the new content is written
/// beside the file, flushed to the disk and renamed into place.</summary>
public static partial class AtomicFile
{
    /// <summary>What the name of an unfinished file ends in. The name is otherwise that of the file, so that what a
    /// killed process left behind is overwritten by the next attempt instead of piling up.</summary>
    public const string UnfinishedSuffix = ".partial";

    private const int BufferBytes = 1 << 20;

    /// <summary>Writes or replaces a file. Its folder is created where it is missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the whole content to a buffered, seekable stream, and need not flush it. Where it
    /// throws, the file at <paramref name="path"/> stays as it was.</param>
    /// <exception cref="InputException">The file cannot be written: no permission, a full disk, or another process is
    /// writing it.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var unfinished = target + UnfinishedSuffix;
        var folder = Path.GetDirectoryName(target)
            ?? throw new InputException($"{path}: is a folder; name a file to write");
        try
        {
            Directory.CreateDirectory(folder);
            Replace(target, unfinished, write);
            FlushFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Writes or replaces a text file in UTF-8.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void Replace(string target, string unfinished, Action<Stream> write)
    {
        // Locked by FileShare.None: a second writer of the same file fails here and leaves the first one's work alone.
        using var stream = new FileStream(
            unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
            // Renamed while still locked, so that no other writer can slip in between.
            File.Move(unfinished, target, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Makes the rename itself survive a power cut. Some file systems cannot flush a folder; the content is
    /// safe by then, so a failure is not an error.</summary>
    private static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0)
            return;

        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
