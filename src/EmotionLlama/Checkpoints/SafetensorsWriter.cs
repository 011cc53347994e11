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
        ArgumentNullException.ThrowIfNull(tensors);
        WritePending(
            path,
            [.. tensors.Select(item => new PendingTensor(
                item.Key, item.Value.dtype, item.Value.shape, () => item.Value.detach()))],
            metadata);
    }

    /// <summary>Writes or replaces a file of tensors that are read as they are written, one at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; the header lists them in this order.</param>
    /// <param name="metadata">Free texts to keep beside the tensors.</param>
    /// <exception cref="InputException">The file cannot be written, or a tensor cannot be read.</exception>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a tensor's type has no name in the
    /// format.</exception>
    public static void WritePending(
        string path, IReadOnlyList<PendingTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);

        // Values of wide types first, so that every tensor starts at a multiple of the size of its elements.
        var order = Enumerable.Range(0, tensors.Count)
            .OrderByDescending(i => TorchTypes.ElementBytes(tensors[i].Type)).ToArray();
        var header = CreateHeader(tensors, order, metadata ?? new Dictionary<string, string>());
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var i in order)
            {
                using var values = tensors[i].ReadOnCpu();
                new TensorMemory(values).WriteTo(stream);
            }
        });
    }

    /// <summary>The header's JSON, padded with spaces so that the values behind it start aligned.</summary>
    private static byte[] CreateHeader(
        IReadOnlyList<PendingTensor> tensors, int[] order, IReadOnlyDictionary<string, string> metadata)
    {
        var starts = new long[tensors.Count];
        long offset = 0;
        foreach (var i in order)
        {
            starts[i] = offset;
            offset += tensors[i].Bytes;
        }

        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            for (var i = 0; i < tensors.Count; i++)
            {
                if (!names.Add(tensors[i].Name))
                    throw new ArgumentException($"the tensor name `{tensors[i].Name}` occurs twice or is reserved");

                WriteEntry(json, tensors[i], starts[i]);
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

    private static void WriteEntry(Utf8JsonWriter json, PendingTensor tensor, long start)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
            json.WriteNumberValue(size);

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(start);
        json.WriteNumberValue(start + tensor.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
