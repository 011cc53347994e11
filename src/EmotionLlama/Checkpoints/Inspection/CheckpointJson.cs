using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints.Pickling;

namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>The objects of a PyTorch checkpoint as JSON, for people and machines to look at.</summary>
internal static class CheckpointJson
{
    /// <summary>Settings are not nested deeper; JSON writers allow 64 levels.</summary>
    private const int MaxDepth = 32;

    /// <summary>Converts a value. Tensors become texts with type and shape, and so does whatever JSON has no number
    /// for.</summary>
    public static JsonNode? From(object? value, int depth = 0) => value switch
    {
        null => null,
        _ when depth == MaxDepth => JsonValue.Create("…"),
        OrderedDictionary<object, object?> entries => new JsonObject(
            entries.DistinctBy(entry => $"{entry.Key}")
                .Select(entry => KeyValuePair.Create($"{entry.Key}", From(entry.Value, depth + 1)))),
        List<object?> items => new JsonArray([.. items.Select(item => From(item, depth + 1))]),
        PythonTuple tuple => new JsonArray([.. tuple.Items.Select(item => From(item, depth + 1))]),
        bool flag => JsonValue.Create(flag),
        long number => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        byte[] bytes => JsonValue.Create($"{bytes.Length} bytes"),
        _ => JsonValue.Create($"{value}"),
    };
}
