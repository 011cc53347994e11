using System.Text.Json;

namespace EmotionLlama.Models.Encoders;

/// <summary>The keys of a Hugging Face <c>config.json</c>, checked as they are asked for.</summary>
internal sealed class EncoderConfigFile
{
    private readonly JsonElement _root;

    private EncoderConfigFile(JsonElement root, string path)
    {
        _root = root;
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is missing or holds no JSON object.</exception>
    public static EncoderConfigFile Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new EncoderConfigFile(document.RootElement.Clone(), path)
                : throw new InputException($"{path}: holds no JSON object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: cannot be read; an encoder's folder holds config.json ({e.Message.ReplaceLineEndings(" ")})",
                e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Refuses the configuration of another model.</summary>
    public void ExpectModel(string kind)
    {
        if (Find("model_type") is not { ValueKind: JsonValueKind.String } value)
            throw new InputException($"{Path}: no model_type, expected '{kind}'");

        if (value.GetString() != kind)
            throw new InputException($"{Path}: model_type is {Shown(value)}, expected '{kind}'");
    }

    /// <summary>Refuses all values of a key but one, which is also what a file without the key means.</summary>
    public void ExpectOnly(string key, string supported)
    {
        if (Find(key) is { } value && (value.ValueKind != JsonValueKind.String || value.GetString() != supported))
            throw Unsupported(key, value, $"'{supported}'");
    }

    /// <summary>Refuses a switch that is on.</summary>
    public void ExpectOff(string key)
    {
        if (Flag(key, otherwise: false))
            throw new InputException($"{Path}: {key} is true, which is not supported");
    }

    /// <summary>Refuses all numbers of a key but one, which is also what a file without the key means.</summary>
    public void ExpectOnly(string key, int supported)
    {
        if (Integer(key, supported) is var value && value != supported)
            throw new InputException($"{Path}: {key} is {value}; only {supported} is supported");
    }

    /// <summary>A whole number of 1 at least.</summary>
    public int Integer(string key) => Find(key) is { } value ? Whole(key, value) : throw Missing(key);

    /// <summary>A whole number of 1 at least; the given one where the file has none.</summary>
    public int Integer(string key, int otherwise) => Find(key) is { } value ? Whole(key, value) : otherwise;

    /// <summary>Whole numbers of 1 at least, one at least.</summary>
    public IReadOnlyList<int> Integers(string key)
    {
        if (Find(key) is not { } list)
            throw Missing(key);

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? [.. list.EnumerateArray().Select(value => Whole(key, value))]
            : throw Unsupported(key, list, "a list of whole numbers");
    }

    /// <summary>The side of a square: one number, or two that are alike.</summary>
    public int Side(string key)
    {
        if (Find(key) is not { ValueKind: JsonValueKind.Array } sides)
            return Integer(key);

        int[] both = [.. sides.EnumerateArray().Select(side => Whole(key, side))];
        return both is [var height, var width] && height == width ? height : throw Unsupported(key, sides, "a square");
    }

    /// <summary>A small positive number that is added to a variance.</summary>
    public double Epsilon(string key, double otherwise) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.Number } value when value.GetDouble() is > 0 and < 1 and var number => number,
        { } value => throw Unsupported(key, value, "a number between 0 and 1"),
    };

    /// <summary>A switch.</summary>
    public bool Flag(string key, bool otherwise) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Unsupported(key, value, "true or false"),
    };

    /// <summary>One of a few words; null where the file has none.</summary>
    public string? OneOf(string key, params string[] words) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when words.Contains(value.GetString()) => value.GetString(),
        { } value => throw Unsupported(key, value, string.Join(" or ", words.Select(word => $"'{word}'"))),
    };

    private JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int Whole(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1
            ? number
            : throw Unsupported(key, value, $"whole numbers from 1 to {int.MaxValue}");

    private InputException Missing(string key) =>
        new($"{Path}: no number '{key}'; is this the config.json of the right model?");

    private InputException Unsupported(string key, JsonElement value, string supported) =>
        new($"{Path}: {key} is {Shown(value)}; supported: {supported}");

    private static string Shown(JsonElement value)
    {
        const int Most = 60;
        var text = value.ValueKind == JsonValueKind.String ? $"'{value.GetString()}'" : value.GetRawText();
        var line = string.Concat(text.Take(Most).Select(letter => char.IsControl(letter) ? ' ' : letter));
        return text.Length <= Most ? line : line + "…";
    }
}
