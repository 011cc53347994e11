using System.Text.Json;
using System.Text.Json.Nodes;
using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints;

/// <summary>An adapter's settings, as the library peft keeps them in <c>adapter_config.json</c>.</summary>
public sealed record PeftConfig
{
    /// <summary>The file's name; a folder that has it is an adapter's.</summary>
    public const string FileName = "adapter_config.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Rank, alpha, dropout and the adapted projections; without targets where the file gives a pattern in
    /// their place.</summary>
    public required LoraSettings Lora { get; init; }

    /// <summary>The folder or name of the adapted model; null where the file does not say.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The adapted layers; null for all.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>A setting that has no meaning here, such as <c>use_dora</c>; null without one.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It cannot be read, is no JSON, or describes no LoRA.</exception>
    public static PeftConfig Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(json.RootElement, path);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The file's text. Its keys are those that peft has known since its first releases.</summary>
    public string ToJson()
    {
        var json = new JsonObject
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["base_model_name_or_path"] = BaseModel,
            ["inference_mode"] = true,
            ["r"] = Lora.Rank,

            // Whole numbers without a point, since old versions of peft take no other.
            ["lora_alpha"] = double.IsInteger(Lora.Alpha) ? (long)Lora.Alpha : Lora.Alpha,
            ["lora_dropout"] = Lora.Dropout,
            ["target_modules"] = new JsonArray([.. Lora.Targets.Select(target => (JsonNode)target)]),
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["modules_to_save"] = null,
        };
        if (Layers is not null)
            json["layers_to_transform"] = new JsonArray([.. Layers.Select(layer => (JsonNode)layer)]);

        return json.ToJsonString(Indented) + "\n";
    }

    private static PeftConfig Parse(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new InputException($"{path}: no JSON object; is this an adapter of peft?");

        if (Find("peft_type") is { } kind && (kind.ValueKind != JsonValueKind.String || kind.GetString() != "LORA"))
        {
            throw new InputException(
                $"{path}: peft_type is {kind.GetRawText().Printable()}, only \"LORA\" is supported");
        }

        if (Number("r") is not (>= 1 and <= int.MaxValue and var rank) || rank != Math.Floor(rank))
            throw new InputException($"{path}: no rank: expected r, a whole number of 1 or more");

        // peft's own defaults, for the keys that it may leave out.
        const double DefaultAlpha = 8;
        return new PeftConfig
        {
            Lora = new LoraSettings
            {
                Rank = (int)rank,
                Alpha = Number("lora_alpha") ?? DefaultAlpha,
                Dropout = Number("lora_dropout") ?? 0,
                Targets = Find("target_modules") is { ValueKind: JsonValueKind.Array } targets
                    ? [.. targets.EnumerateArray().Select(target => target.ToString())]
                    : [],
            },
            BaseModel = Find("base_model_name_or_path") is { ValueKind: JsonValueKind.String } model
                ? model.GetString()
                : null,
            Layers = Find("layers_to_transform") is { ValueKind: JsonValueKind.Array } layers
                ? [.. layers.EnumerateArray().Where(IsWhole).Select(layer => layer.GetInt32())]
                : null,
            Unsupported = Unknown(),
        };

        string? Unknown()
        {
            var switches = (string[])["use_dora", "use_rslora", "fan_in_fan_out", "lora_bias"];
            var collections = (string[])["rank_pattern", "alpha_pattern", "modules_to_save", "target_parameters"];
            return switches.FirstOrDefault(key => Find(key) is { ValueKind: JsonValueKind.True })
                ?? collections.FirstOrDefault(key => Find(key) is { } value && !IsEmpty(value))
                ?? (Find("bias") is { ValueKind: JsonValueKind.String } bias && bias.GetString() != "none"
                    ? "bias"
                    : null);
        }

        JsonElement? Find(string key) =>
            root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        double? Number(string key) => Find(key) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;
    }

    private static bool IsWhole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.False => true,
        _ => false,
    };
}
