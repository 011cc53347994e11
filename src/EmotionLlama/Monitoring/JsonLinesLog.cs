using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EmotionLlama.Monitoring;

/// <summary>A JSON-lines file that grows by whole lines. Each line goes to the operating system in one write, so that
/// killing the process loses nothing and at worst tears the last line, which reopening drops.</summary>
internal sealed class JsonLinesLog<T> : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly FileStream _stream;
    private readonly JsonTypeInfo<T> _type;
    private readonly MemoryStream _line = new();

    private JsonLinesLog(FileStream stream, JsonTypeInfo<T> type)
    {
        _stream = stream;
        _type = type;
    }

    /// <summary>Opens an empty log, in place of whatever the file held.</summary>
    /// <exception cref="InputException">The file cannot be opened.</exception>
    public static JsonLinesLog<T> Create(string path, JsonTypeInfo<T> type)
    {
        var stream = OpenFile(path);
        stream.SetLength(0);
        return new JsonLinesLog<T>(stream, type);
    }

    /// <summary>Opens a log for appending, keeping the leading lines for which <paramref name="keep"/> says so and
    /// cutting off the rest.</summary>
    /// <exception cref="InputException">The file cannot be opened or is damaged before its last line.</exception>
    public static JsonLinesLog<T> Open(string path, JsonTypeInfo<T> type, Predicate<T> keep)
    {
        var stream = OpenFile(path);
        try
        {
            var length = 0L;
            foreach (var (record, end) in JsonLinesReader.Read(stream, path, type))
            {
                if (!keep(record))
                    break;

                length = end;
            }

            stream.SetLength(length);
            stream.Position = length;
            return new JsonLinesLog<T>(stream, type);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>All whole records of a log that may still be growing.</summary>
    /// <exception cref="InputException">The file is missing or damaged before its last line.</exception>
    public static IReadOnlyList<T> ReadAll(string path, JsonTypeInfo<T> type)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no such log; name the file in the output folder of a training run");

        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferSize);
        return [.. JsonLinesReader.Read(stream, path, type).Select(line => line.Record)];
    }

    /// <summary>Appends one record and hands it to the operating system.</summary>
    public void Append(T record)
    {
        _line.SetLength(0);
        JsonSerializer.Serialize(_line, record, _type);
        _line.WriteByte((byte)'\n');
        _stream.Write(_line.GetBuffer().AsSpan(0, (int)_line.Length));
        _stream.Flush();
    }

    public void Dispose()
    {
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);

            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, BufferSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: the log cannot be opened ({exception.Message}); choose another run.output_dir", exception);
        }
    }
}
