using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmotionLlama.Workflows;

/// <summary>How the lines of <see cref="CurriculumFile"/> are written.</summary>
[JsonSerializable(typeof(ClipDifficulty))]
internal sealed partial class CurriculumJson : JsonSerializerContext
{
    public static CurriculumJson Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<Configuration.CurriculumDifficulty>(JsonNamingPolicy.SnakeCaseLower),
        },
    });
}
