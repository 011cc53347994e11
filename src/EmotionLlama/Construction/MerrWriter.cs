using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;

namespace EmotionLlama.Construction;

/// <summary>Writes annotated clips as the files of MERR, under the names that recipes look for.</summary>
public static class MerrWriter
{
    /// <summary>The annotations, <c>name frames emotion valence</c>, that go with the fine-grained captions.</summary>
    public const string AnnotationName = "MERR_fine_grained.txt";

    private static readonly JsonWriterOptions Readable = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes all files, each whole or not at all; the annotations come last, as they name what the others
    /// hold.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="clips">The clips; without any, files of an earlier run are removed, as annotations cannot be
    /// empty.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Write(string folder, IReadOnlyList<BuiltClip> clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var annotations = Path.Combine(folder, AnnotationName);
        string[] others = [.. new[] { MerrPaths.CoarseName, MerrPaths.FineName, MerrPaths.TranscriptName }
            .Select(name => Path.Combine(folder, name))];
        if (clips.Count == 0)
        {
            foreach (var path in others.Prepend(annotations))
                File.Delete(path);
            return;
        }

        WriteJson(others[0], clips, WriteCoarse);
        WriteJson(others[1], clips, WriteFine);
        Transcripts.Write(others[2], clips.Select(clip => (clip.Name, clip.Sentence)));
        AnnotationFile.Write(annotations, clips.Select(clip => new ClipAnnotation(
            clip.Name, clip.Face.Frames, clip.Label.Emotion, EmotionValence.Of(clip.Label.Emotion))));
    }

    private static void WriteJson(
        string path, IReadOnlyList<BuiltClip> clips, Action<Utf8JsonWriter, BuiltClip> writeFields) =>
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, Readable);
            json.WriteStartObject();
            foreach (var clip in clips)
            {
                json.WriteStartObject(clip.Name);
                writeFields(json, clip);
                json.WriteEndObject();
                json.Flush();
            }

            json.WriteEndObject();
        });

    private static void WriteCoarse(Utf8JsonWriter json, BuiltClip clip) =>
        json.WriteString(CaptionFile.CoarseField, clip.Description);

    private static void WriteFine(Utf8JsonWriter json, BuiltClip clip)
    {
        WriteList(json, "AU_list", clip.Face.CommonUnits.Select(ActionUnit.CodeOf));
        WriteList(json, "visual_prior_list", clip.Face.Descriptions.Concat(
            clip.VisualClue is { } seen ? [seen] : Array.Empty<string>()));
        json.WriteString("audio_prior_list", clip.AudioClue ?? "");
        json.WriteString("peak_index", clip.Face.PeakIndex.ToString(CultureInfo.InvariantCulture));
        WriteList(json, "peak_AU_list", clip.Face.PeakUnits.Keys.Order().Select(ActionUnit.CodeOf));
        json.WriteString("pseu_emotion", clip.Label.Emotion.ToText());
        json.WriteString("text", clip.Sentence);
        json.WriteString(CaptionFile.FineField, clip.Reasoning);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);

        json.WriteEndArray();
    }
}
