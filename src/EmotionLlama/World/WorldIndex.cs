using System.Globalization;
using System.Text.Json;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;

namespace EmotionLlama.World;

/// <summary>
/// The files that list the clips of a folder: an annotation file for each split (<c>name frames emotion valence</c>),
/// <c>MERR_fine_grained.json</c>, <c>MERR_coarse_grained.json</c> and <c>transcription_en_all.csv</c>. They are written
/// as streams from clips made anew, so that memory does not grow with their number.
/// </summary>
internal static class WorldIndex
{
    private const string FineGrainedName = "MERR_fine_grained.json";
    private const string CoarseGrainedName = "MERR_coarse_grained.json";
    private const string TranscriptName = "transcription_en_all.csv";

    /// <summary>Removes the files of an earlier run.</summary>
    public static void Remove(string folder, IReadOnlyList<WorldSplit> splits)
    {
        if (!Directory.Exists(folder))
            return;

        string[] shared = [FineGrainedName, CoarseGrainedName, TranscriptName];
        foreach (var name in splits.Select(split => split.AnnotationName).Concat(shared))
            File.Delete(Path.Combine(folder, name));
    }

    /// <summary>Writes all files.</summary>
    public static void Write(string folder, long seed, IReadOnlyList<WorldSplit> splits)
    {
        var clips = splits.SelectMany(split => split.Clips(seed));
        AtomicFile.Write(Path.Combine(folder, FineGrainedName), stream => WriteJson(stream, clips, WriteFineGrained));
        AtomicFile.Write(
            Path.Combine(folder, CoarseGrainedName), stream => WriteJson(stream, clips, WriteCoarseGrained));
        Transcripts.Write(Path.Combine(folder, TranscriptName), clips.Select(clip => (clip.Name, clip.Line.Text)));
        foreach (var split in splits)
        {
            AnnotationFile.Write(
                Path.Combine(folder, split.AnnotationName),
                split.Clips(seed).Select(clip => new ClipAnnotation(
                    clip.Name, clip.FrameCount, clip.Emotion, EmotionTable.Valence(clip.Emotion))));
        }
    }

    private static void WriteJson(
        Stream stream, IEnumerable<WorldClip> clips, Action<Utf8JsonWriter, WorldClip> writeFields)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach (var clip in clips)
        {
            json.WriteStartObject(clip.Name);
            writeFields(json, clip);
            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndObject();
    }

    private static void WriteFineGrained(Utf8JsonWriter json, WorldClip clip)
    {
        WriteList(json, "AU_list", WorldClipFactory.UnitsOf(clip.Cues.Face).Select(CaptionWriter.Code));
        WriteList(json, "visual_prior_list", CaptionWriter.VisualPrior(clip));
        json.WriteString("audio_prior_list", CaptionWriter.AudioPrior(clip.Cues.Voice));
        json.WriteString("peak_index", clip.PeakFrame.ToString(CultureInfo.InvariantCulture));
        WriteList(json, "peak_AU_list", clip.ActionUnits.Keys.Select(CaptionWriter.Code));
        json.WriteString("pseu_emotion", CaptionWriter.Label(clip.Emotion));
        json.WriteString("text", clip.Line.Text);
        json.WriteString("smp_reason_caption", CaptionWriter.FineGrained(clip));
    }

    private static void WriteCoarseGrained(Utf8JsonWriter json, WorldClip clip) =>
        json.WriteString("caption", CaptionWriter.CoarseGrained(clip));

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            json.WriteStringValue(item);

        json.WriteEndArray();
    }
}
