using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmotionLlama.Runtime;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>The diagnosis of a run as JSON.</summary>
public static class DiagnosisFile
{
    /// <summary>The file's name in an output folder.</summary>
    public const string FileName = "diagnosis.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string path, Diagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(diagnosis.Findings, Json) + "\n");
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">It is missing or no diagnosis.</exception>
    public static Diagnosis Read(string path)
    {
        try
        {
            return new Diagnosis(JsonSerializer.Deserialize<IReadOnlyList<Finding>>(File.ReadAllText(path), Json) ?? []);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{path}: is no diagnosis ({error.Message.ReplaceLineEndings(" ")}); run train --resume again", error);
        }
    }
}
