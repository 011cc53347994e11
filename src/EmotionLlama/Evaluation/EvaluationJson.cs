using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmotionLlama.Evaluation;

/// <summary>How evaluations are written: snake_case keys, texts as they are.</summary>
[JsonSerializable(typeof(AnswerLogLine))]
[JsonSerializable(typeof(PredictionLine))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    public static EvaluationJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
