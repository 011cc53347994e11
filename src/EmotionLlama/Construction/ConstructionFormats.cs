using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Datasets;
using EmotionLlama.Endpoints;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Construction;

/// <summary>The formats of the models' answers.</summary>
internal static partial class ConstructionFormats
{
    /// <summary>What is seen, as free text.</summary>
    public static AnswerFormat<string> Vision { get; } = new("visual_clue", null, TypicalTokens: 90, ReadText);

    /// <summary>What is heard, as free text.</summary>
    public static AnswerFormat<string> Audio { get; } = new("audio_clue", null, TypicalTokens: 50, ReadText);

    /// <summary>What it adds up to; null where the model refuses.</summary>
    public static AnswerFormat<Synthesis?> Synthesis { get; } = new(
        "synthesis",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "properties": {
                "consistent": { "type": "boolean" },
                "description": { "type": "string" },
                "reasoning": { "type": "string" },
                "emotion": { "type": "string" }
              },
              "required": ["consistent", "description", "reasoning", "emotion"],
              "additionalProperties": false
            }
            """),
        TypicalTokens: 250,
        ReadSynthesis);

    private static string ReadText(string answer) => AnswerJson.WithoutThoughts(answer) is { Length: > 0 } text
        ? WhiteSpace().Replace(text, " ")
        : throw new UnreadableAnswerException("it is empty");

    private static Synthesis? ReadSynthesis(string answer)
    {
        var text = AnswerJson.WithoutThoughts(answer);
        var objects = AnswerJson.FindJson(text).Where(json => json.ValueKind == JsonValueKind.Object).ToList();
        if (objects.Count == 0 && Refusal.Is(text))
            return null;

        return objects.Count == 1
            ? Read(objects[0])
            : throw new UnreadableAnswerException(
                objects.Count == 0 ? "it has no JSON object" : "it has more than one JSON object");
    }

    private static Synthesis Read(JsonElement json)
    {
        var word = Text("emotion");
        return new Synthesis(
            Value("consistent").ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new UnreadableAnswerException("its 'consistent' is neither true nor false"),
            },
            Text("description"),
            Text("reasoning"),
            EmotionNames.TryParse(word, out var emotion)
                ? emotion
                : EmotionLabelParser.Parse(word)
                    ?? throw new UnreadableAnswerException(
                        $"'{EndpointErrors.Shorten(word)}' names none of the emotions"));

        string Text(string key) => Value(key) is { ValueKind: JsonValueKind.String } value
            ? WhiteSpace().Replace(value.GetString()!, " ").Trim()
            : throw new UnreadableAnswerException($"its '{key}' is no text");

        JsonElement Value(string key) => json.TryGetProperty(key, out var value)
            ? value
            : throw new UnreadableAnswerException($"it has no '{key}'");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
