using System.Buffers.Binary;
using System.Text.Json;

namespace EmotionLlama.Checkpoints;

/// <summary>
/// The header of a safetensors file: eight bytes with its length, least significant first, and a JSON object that
/// gives each tensor's type, shape and place. What it says is checked against the file before anything relies on it.
/// </summary>
/// <remarks>The rules are those of the format's description (github.com/huggingface/safetensors): no tensor is named
/// twice, and the values fill the rest of the file without gaps or overlaps.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that the format allows.</summary>
    public const long MaxBytes = 100_000_000;

    private const int LengthBytes = 8;
    /// <summary>The key of the free texts, which no tensor can have as a name.</summary>
    public const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly long _fileLength;
    private readonly long _dataOffset;

    private SafetensorsHeader(CheckpointFile file, long headerLength)
    {
        _path = file.Path;
        _fileLength = file.Length;
        _dataOffset = LengthBytes + headerLength;
    }

    /// <summary>The tensors, in the header's order.</summary>
    public OrderedDictionary<string, SafetensorsEntry> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>The free texts beside the tensors.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="InputException">It is damaged, or does not fit the file.</exception>
    public static SafetensorsHeader Read(CheckpointFile file)
    {
        if (file.Length < LengthBytes)
            throw Damaged(file.Path, "it is shorter than the length of a header");

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.ReadBytes(0, LengthBytes));
        if (length > MaxBytes || (long)length > file.Length - LengthBytes)
        {
            throw Damaged(
                file.Path, $"its header should be {length} bytes long, more than the file or the format allows");
        }

        var header = new SafetensorsHeader(file, (long)length);
        try
        {
            using var json = JsonDocument.Parse(file.ReadBytes(LengthBytes, (int)length));
            header.Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Reading text that is not valid Unicode is an invalid operation to the JSON reader.
            throw Damaged(file.Path, "its header is not valid JSON");
        }

        header.CheckPlaces();
        return header;
    }

    private void Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Damaged("its header is no JSON object");

        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
                ReadMetadata(property.Value);
            else if (!Tensors.TryAdd(property.Name, ReadEntry(property.Name, property.Value)))
                throw Damaged($"its header names `{property.Name}` twice");
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw Damaged("its metadata is no JSON object");

        foreach (var property in metadata.EnumerateObject())
        {
            Metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Damaged($"its metadata `{property.Name}` is no text");
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || ReadIntegers(entry, "shape") is not { } shape
            || ReadIntegers(entry, "data_offsets") is not [var start, var end])
        {
            throw Damaged($"the entry of `{name}` lacks its dtype, shape or data_offsets");
        }

        var typeName = type.GetString()!;
        if (!SafetensorsTypes.ByName.TryGetValue(typeName, out var known))
            throw new InputException($"{_path}: the tensor `{name.Printable()}` is of the unknown type "
                + typeName.Printable());

        // Compared as 128-bit numbers, which the product of a hostile shape cannot overflow before the check stops it.
        Int128 bytes = known.Bytes;
        foreach (var size in shape.Order())
            bytes = bytes > _fileLength ? bytes : bytes * size;

        if (start > end || end > _fileLength - _dataOffset || bytes != end - start)
        {
            throw Damaged($"`{name}` of type {typeName} and shape [{string.Join(", ", shape)}] does not fit its bytes "
                + $"{start} to {end} of {_fileLength - _dataOffset}");
        }

        return new SafetensorsEntry(typeName, known.Type, shape, _dataOffset + start, end - start);
    }

    /// <summary>A list of integers that are not negative; null where there is none.</summary>
    private static long[]? ReadIntegers(JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;

        var integers = new long[list.GetArrayLength()];
        var next = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out integers[next]) || integers[next++] < 0)
                return null;
        }

        return integers;
    }

    private void CheckPlaces()
    {
        var expected = _dataOffset;
        foreach (var (name, entry) in Tensors.OrderBy(pair => pair.Value.Offset).ThenBy(pair => pair.Value.ByteCount))
        {
            if (entry.Offset != expected)
                throw Damaged($"the bytes of `{name}` overlap others or leave a gap");

            expected += entry.ByteCount;
        }

        if (expected != _fileLength)
            throw Damaged($"its tensors end at byte {expected}, the file at {_fileLength}");
    }

    private InputException Damaged(string how) => Damaged(_path, how);

    private static InputException Damaged(string path, string how) =>
        new($"{path}: is a damaged or truncated safetensors file ({how.Printable()}); copy or download it again");
}
