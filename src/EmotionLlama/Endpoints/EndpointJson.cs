using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmotionLlama.Endpoints;

/// <summary>How the cache's files are written: snake_case keys, Chinese left readable.</summary>
[JsonSerializable(typeof(CachedAnswer))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class EndpointJson : JsonSerializerContext
{
    public static EndpointJson Files { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
