using System.Text.Json;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>The formats of a judge's answers. Their schemas keep to what OpenAI's strict mode knows: all keys required,
/// no others, no limits of numbers.</summary>
internal static class AnswerFormats
{
    /// <summary>Summaries of both descriptions, a reason, and the score.</summary>
    public static AnswerFormat<double> ClueOverlap { get; } = new(
        "clue_overlap",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "properties": {
                "truth_clues": { "type": "array", "items": { "type": "string" } },
                "prediction_clues": { "type": "array", "items": { "type": "string" } },
                "reason": { "type": "string" },
                "score": { "type": "number" }
              },
              "required": ["truth_clues", "prediction_clues", "reason", "score"],
              "additionalProperties": false
            }
            """),
        TypicalTokens: 250,
        ScoreReader.Read);

    /// <summary>Emotion words.</summary>
    public static AnswerFormat<IReadOnlyList<string>> Emotions { get; } = new(
        "emotions",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "properties": { "emotions": { "type": "array", "items": { "type": "string" } } },
              "required": ["emotions"],
              "additionalProperties": false
            }
            """),
        TypicalTokens: 25,
        EmotionListReader.Read);

    /// <summary>A reason and the score.</summary>
    public static AnswerFormat<double> LabelOverlap { get; } = new(
        "label_overlap",
        JsonElement.Parse(
            """
            {
              "type": "object",
              "properties": { "reason": { "type": "string" }, "score": { "type": "number" } },
              "required": ["reason", "score"],
              "additionalProperties": false
            }
            """),
        TypicalTokens: 60,
        ScoreReader.Read);
}
