using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmotionLlama.Monitoring;

/// <summary>How log lines are written: snake_case keys, absent values left out, and a loss that is not a number as the
/// string <c>"NaN"</c>, which JSON has no number for.</summary>
[JsonSerializable(typeof(StepMetrics))]
[JsonSerializable(typeof(ValidationMetrics))]
[JsonSerializable(typeof(SampleAnswer))]
internal sealed partial class MonitoringJson : JsonSerializerContext
{
    // Log lines are read by people and never pasted into HTML, so quotes and accents stay as they are.
    public static MonitoringJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
