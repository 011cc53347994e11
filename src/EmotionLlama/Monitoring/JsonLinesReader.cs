using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EmotionLlama.Monitoring;

/// <summary>Reads a JSON-lines file that may have been cut short by a crash.</summary>
internal static class JsonLinesReader
{
    private const byte NewLine = (byte)'\n';

    /// <summary>The records of a file, each with the offset in bytes of the line after it. A last line that is torn,
    /// without its line break or not valid JSON, is left out.</summary>
    /// <exception cref="InputException">A line before the last one is damaged.</exception>
    public static IEnumerable<(T Record, long End)> Read<T>(Stream stream, string path, JsonTypeInfo<T> type)
    {
        var line = new MemoryStream();
        var (number, end) = (0, 0L);
        while (ReadLine(stream, line))
        {
            number++;
            end += line.Length;
            if (!TryParse(line, type, out var record, out var error))
            {
                if (stream.Position == stream.Length)
                    yield break;

                throw new InputException(
                    $"{path}, line {number}: not a record of this log ({error}); repair or delete the line");
            }

            yield return (record, end);
        }
    }

    /// <summary>Reads one line with its line break into <paramref name="line"/>; false at the end of the file or where
    /// the line break is missing.</summary>
    private static bool ReadLine(Stream stream, MemoryStream line)
    {
        line.SetLength(0);
        for (var value = stream.ReadByte(); value >= 0; value = stream.ReadByte())
        {
            line.WriteByte((byte)value);
            if (value == NewLine)
                return true;
        }

        return false;
    }

    private static bool TryParse<T>(MemoryStream line, JsonTypeInfo<T> type, out T record, out string error)
    {
        try
        {
            var bytes = line.GetBuffer().AsSpan(0, (int)line.Length);
            record = JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("the line says null");
            error = "";
            return true;
        }
        catch (JsonException exception)
        {
            record = default!;
            error = exception.Message.ReplaceLineEndings(" ");
            return false;
        }
    }
}
