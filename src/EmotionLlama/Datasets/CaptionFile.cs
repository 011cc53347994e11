using System.Text.Json;
using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets;

/// <summary>
/// The captions of <c>MERR_coarse_grained.json</c> or <c>MERR_fine_grained.json</c>, which map a clip's name to a
/// record of fields. Only the fields asked for are kept, and only of the clips asked for.
/// </summary>
/// <remarks>Fields of the coarse file: <c>caption</c>. Of the fine one: <c>AU_list</c>, <c>visual_prior_list</c>,
/// <c>audio_prior_list</c>, <c>peak_index</c>, <c>peak_AU_list</c>, <c>pseu_emotion</c>, <c>text</c>,
/// <c>smp_reason_caption</c>.</remarks>
public sealed class CaptionFile
{
    /// <summary>The field of the coarse file that holds the caption.</summary>
    public const string CoarseField = "caption";

    /// <summary>The field of the fine file that holds the caption.</summary>
    public const string FineField = "smp_reason_caption";

    private readonly string[] _fields;
    private readonly Dictionary<string, string?[]> _records;

    private CaptionFile(
        string path, string[] fields, Dictionary<string, string?[]> records, IReadOnlyList<string> twice)
    {
        Path = path;
        _fields = fields;
        _records = records;
        DuplicateNames = twice;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names that have several records, each once, in the order of the file; the last record counts.</summary>
    public IReadOnlyList<string> DuplicateNames { get; }

    /// <summary>Reads fields of a file.</summary>
    /// <param name="path">A UTF-8 JSON file: <c>{"name": {"field": "text", …}, …}</c>.</param>
    /// <param name="fields">The fields to keep. A list of texts becomes one text, joined by commas.</param>
    /// <param name="names">The clips to keep; null keeps all.</param>
    /// <exception cref="InputException">The file is missing, is not JSON, or is laid out differently; the message names
    /// the line.</exception>
    public static CaptionFile Read(
        string path, IReadOnlyCollection<string> fields, IReadOnlySet<string>? names = null)
    {
        string[] wanted = [.. fields];
        var records = new Dictionary<string, string?[]>();
        var twice = new List<string>();
        var json = new RecordReader(path);
        while (json.NextName() is { } name)
        {
            var kept = names is null || names.Contains(name);
            var record = json.ReadRecord(name, kept ? wanted : []);
            if (!kept)
                continue;

            if (!records.TryAdd(name, record))
            {
                records[name] = record;
                if (!twice.Contains(name))
                    twice.Add(name);
            }
        }

        return new CaptionFile(path, wanted, records, twice);
    }

    /// <summary>Whether the file has a record of a clip.</summary>
    public bool Contains(string name) => _records.ContainsKey(name);

    /// <summary>A field of a clip's record; null where the clip or the field is absent.</summary>
    /// <exception cref="ArgumentException">The field was not asked for when the file was read.</exception>
    public string? Find(string name, string field)
    {
        var index = Array.IndexOf(_fields, field);
        if (index < 0)
            throw new ArgumentException($"the field '{field}' was not read from {Path}", nameof(field));

        return _records.TryGetValue(name, out var record) ? record[index] : null;
    }

    /// <summary>Goes through the records of a file without building a tree of it.</summary>
    private sealed class RecordReader
    {
        private readonly string _path;
        private readonly byte[] _bytes;
        private JsonReaderState _state = new(new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        private int _position;

        public RecordReader(string path)
        {
            _path = path;
            _bytes = DataFile.Guard(path, () => File.ReadAllBytes(path));
            if (_bytes.AsSpan().StartsWith("\uFEFF"u8))
                _position = 3;

            Advance(static (ref reader) => Expect(ref reader, JsonTokenType.StartObject, "an object of clips"));
        }

        public string? NextName() => Advance(static (ref reader) =>
            !reader.Read() || reader.TokenType == JsonTokenType.EndObject ? null : reader.GetString());

        public string?[] ReadRecord(string name, string[] fields) => Advance((ref reader) =>
        {
            Expect(ref reader, JsonTokenType.StartObject, $"a record of fields for '{name}'");
            var record = new string?[fields.Length];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var index = -1;
                for (var i = 0; i < fields.Length && index < 0; i++)
                    index = reader.ValueTextEquals(fields[i]) ? i : -1;

                if (index < 0)
                    reader.Skip();
                else
                    record[index] = ReadText(ref reader, $"'{fields[index]}' of '{name}'");
            }

            return record;
        });

        private T Advance<T>(Step<T> step)
        {
            var reader = new Utf8JsonReader(_bytes.AsSpan(_position), isFinalBlock: true, _state);
            try
            {
                var result = step(ref reader);
                _position += (int)reader.BytesConsumed;
                _state = reader.CurrentState;
                return result;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // The second one says that a text is not UTF-8, or has half of a surrogate pair.
                var line = 1 + _bytes.AsSpan(0, _position + (int)reader.BytesConsumed).Count((byte)'\n');
                var what = e.Message.Split(" LineNumber:")[0].TrimEnd('.').Printable();
                throw new InputException($"{_path}:{line}: is not a MERR caption file: {what}", e);
            }
        }

        private static string? ReadText(ref Utf8JsonReader reader, string what)
        {
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    return reader.GetString();
                case JsonTokenType.Null:
                    return null;
                case JsonTokenType.Number:
                    return System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                case JsonTokenType.StartArray:
                    var items = new List<string?>();
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        if (reader.TokenType != JsonTokenType.String)
                            throw new JsonException($"{what} is a list of something else than texts");
                        items.Add(reader.GetString());
                    }

                    return string.Join(", ", items);
                default:
                    throw new JsonException($"{what} is neither a text nor a list of texts");
            }
        }

        private static bool Expect(ref Utf8JsonReader reader, JsonTokenType token, string what) =>
            reader.Read() && reader.TokenType == token ? true : throw new JsonException($"expected {what}");

        private delegate T Step<T>(ref Utf8JsonReader reader);
    }
}
