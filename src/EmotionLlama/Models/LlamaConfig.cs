using System.Text.Json;

namespace EmotionLlama.Models;

/// <summary>Sizes of a Llama, as a Hugging Face <c>config.json</c> gives them.</summary>
public sealed record LlamaConfig
{
    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Channels of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Channels inside the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; query heads share them in groups.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Channels of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Added to the mean square in RMS normalization.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Positions are divided by this factor (linear rotary scaling); 1 does not scale.</summary>
    public double RopeFactor { get; init; } = 1;

    /// <summary>The longest sequence the model was trained on.</summary>
    public int MaxPositions { get; init; } = 4096;

    /// <summary>Weights of the layers' matrices.</summary>
    public long LayerMatrixWeights => Layers * HiddenSize
        * ((2L * (Heads + KeyValueHeads) * HeadSize) + (3L * IntermediateSize));

    /// <summary>Whether the output head is the token embedding.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Reads <c>config.json</c> of a Hugging Face folder, old or new.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, is no JSON, or describes something else than a Llama.
    /// </exception>
    public static LlamaConfig Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(document.RootElement, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read; a Llama folder holds config.json ({e.Message})", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not JSON: {e.Message}", e);
        }
    }

    /// <summary>Writes these sizes as a Hugging Face <c>config.json</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["architectures"] = new[] { "LlamaForCausalLM" },
            ["model_type"] = "llama",
            ["vocab_size"] = VocabularySize,
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = IntermediateSize,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KeyValueHeads,
            ["head_dim"] = HeadSize,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = NormEpsilon,
            ["rope_theta"] = RopeTheta,
            ["rope_scaling"] = RopeFactor == 1
                ? null
                : new Dictionary<string, object> { ["type"] = "linear", ["factor"] = RopeFactor },
            ["max_position_embeddings"] = MaxPositions,
            ["tie_word_embeddings"] = TiedHead,
            ["bos_token_id"] = 1,
            ["eos_token_id"] = 2,
        },
        Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static LlamaConfig Parse(JsonElement root, string path)
    {
        var kind = Text(root, "model_type");
        if (kind != "llama")
            throw new InputException($"{path}: model_type is '{kind}', expected 'llama'");

        var heads = Required("num_attention_heads");
        var hidden = Required("hidden_size");
        var keyHeads = Optional("num_key_value_heads") ?? heads;
        if (heads % keyHeads != 0)
        {
            throw new InputException(
                $"{path}: num_key_value_heads {keyHeads} does not divide num_attention_heads {heads}");
        }

        var (theta, factor) = ReadRope(root, path);
        return new LlamaConfig
        {
            VocabularySize = Required("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = Required("intermediate_size"),
            Layers = Required("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = keyHeads,
            HeadSize = Optional("head_dim") ?? hidden / heads,
            MaxPositions = Optional("max_position_embeddings") ?? 4096,
            NormEpsilon = Number(root, "rms_norm_eps") ?? 1e-5,
            RopeTheta = theta,
            RopeFactor = factor,
            TiedHead = Find(root, "tie_word_embeddings") is { ValueKind: JsonValueKind.True },
        };

        int Required(string key) =>
            Optional(key) ?? throw new InputException($"{path}: no number '{key}'; is this a Llama's config.json?");

        int? Optional(string key) => Number(root, key) switch
        {
            null => null,
            >= 1 and <= int.MaxValue and var number => (int)number,
            var number => throw new InputException($"{path}: {key} is {number}, expected 1 to {int.MaxValue}"),
        };
    }

    private static (double Theta, double Factor) ReadRope(JsonElement root, string path)
    {
        var theta = Number(root, "rope_theta");
        foreach (var key in (string[])["rope_parameters", "rope_scaling"])
        {
            if (Find(root, key) is not { ValueKind: JsonValueKind.Object } rope)
                continue;

            theta = Number(rope, "rope_theta") ?? theta;
            var kind = Text(rope, "rope_type") ?? Text(rope, "type");
            return kind switch
            {
                null or "default" => (theta ?? 10_000, 1),
                "linear" => (theta ?? 10_000, Number(rope, "factor") ?? 1),
                _ => throw new InputException($"{path}: {key} of the kind '{kind}' is not supported; "
                    + "'default' and 'linear' are"),
            };
        }

        return (theta ?? 10_000, 1);
    }

    private static double? Number(JsonElement element, string key) =>
        Find(element, key) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static string? Text(JsonElement element, string key) =>
        Find(element, key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Find(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) ? value : null;
}
