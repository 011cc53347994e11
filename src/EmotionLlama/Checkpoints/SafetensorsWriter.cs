using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Writes safetensors files, one tensor at a time, so that a model on a GPU needs no second copy of itself in
/// memory.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes or replaces a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name, on any device, strided in any way; the header lists them in this
    /// order.</param>
    /// <param name="metadata">Free texts to keep beside the tensors; Hugging Face's libraries expect
    /// <c>format</c>: <c>pt</c>.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a tensor's type has no name in the
    /// format.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var items = tensors.ToArray();

        // Values of wide types first, so that every tensor starts at a multiple of the size of its elements.
        var order = Enumerable.Range(0, items.Length).OrderByDescending(i => items[i].Value.ElementSize).ToArray();
        var header = CreateHeader(items, order, metadata ?? new Dictionary<string, string>());
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var i in order)
            {
                using var values = TensorMemory.OnCpu(items[i].Value);
                new TensorMemory(values).WriteTo(stream);
            }
        });
    }

    /// <summary>The header's JSON, padded with spaces so that the values behind it start aligned.</summary>
    private static byte[] CreateHeader(
        KeyValuePair<string, Tensor>[] items, int[] order, IReadOnlyDictionary<string, string> metadata)
    {
        var starts = new long[items.Length];
        long offset = 0;
        foreach (var i in order)
        {
            starts[i] = offset;
            offset += ByteCount(items[i].Value);
        }

        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            for (var i = 0; i < items.Length; i++)
            {
                if (!names.Add(items[i].Key))
                    throw new ArgumentException($"the tensor name `{items[i].Key}` occurs twice or is reserved");

                WriteEntry(json, items[i].Key, items[i].Value, starts[i]);
            }

            json.WriteEndObject();
        }

        var padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        return [.. buffer.WrittenSpan, .. Enumerable.Repeat((byte)' ', padding)];
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
            return;

        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata)
            json.WriteString(key, value);

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long start)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.dtype));
        json.WriteStartArray("shape");
        foreach (var size in tensor.shape)
            json.WriteNumberValue(size);

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(start);
        json.WriteNumberValue(start + ByteCount(tensor));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static long ByteCount(Tensor tensor) => tensor.NumberOfElements * tensor.ElementSize;
}
