using System.Text.Encodings.Web;
using System.Text.Json;
using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets;

/// <summary>
/// Turns EMER v1, a CSV file with the columns <c>names,emotions,subtitles,reasons</c>, into MERR files: an annotation
/// file, the fine-grained JSON with the reasons as captions, and the transcripts. There are neither frames nor features
/// in it, so a recipe withholds <c>face</c> and <c>voice</c> until they are extracted from the clips.
/// </summary>
public static class EmerConverter
{
    private static readonly JsonWriterOptions JsonStyle = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Converts a file.</summary>
    /// <param name="csvPath">The EMER v1 file.</param>
    /// <param name="folder">The folder to write to; created where it is missing. It gets <c>train.txt</c>,
    /// <c>held_out.txt</c> where rows are held out, <c>MERR_fine_grained.json</c> and
    /// <c>transcription_en_all.csv</c>.</param>
    /// <param name="heldOut">How many rows at the end are held out.</param>
    /// <exception cref="InputException">The file is missing or not EMER v1, a name is empty, has blanks or occurs
    /// twice, no row is left to train on, or the folder cannot be written.</exception>
    public static EmerConversion Convert(string csvPath, string folder, int heldOut = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        var rows = ReadRows(csvPath);
        var training = rows.Count - heldOut;
        if (training < 1)
        {
            throw new InputException(
                $"{csvPath}: has {rows.Count} rows; holding out {heldOut} leaves none to train on");
        }

        var annotations = rows.ConvertAll(row => new ClipAnnotation(row.Name, 0, row.Label ?? Emotion.Neutral, 0));
        var trainingFile = Path.Combine(folder, "train.txt");
        var heldOutFile = heldOut > 0 ? Path.Combine(folder, "held_out.txt") : null;
        AtomicFile.Write(Path.Combine(folder, "MERR_fine_grained.json"), stream => WriteCaptions(stream, rows));
        Transcripts.Write(
            Path.Combine(folder, "transcription_en_all.csv"), rows.Select(row => (row.Name, row.Subtitle)));
        AnnotationFile.Write(trainingFile, annotations.Take(training));
        if (heldOutFile is not null)
            AnnotationFile.Write(heldOutFile, annotations.Skip(training));

        return new EmerConversion
        {
            TrainingFile = trainingFile,
            HeldOutFile = heldOutFile,
            TrainingClips = training,
            HeldOutClips = heldOut,
            Labels = EmotionNames.All.ToDictionary(
                label => label, label => annotations.Count(clip => clip.Emotion.ToText() == label)),
            WithoutSubtitle = [.. rows.Where(row => row.Subtitle.Length == 0).Select(row => row.Name)],
            Unmapped = [.. rows.Where(row => row.Label is null).Select(row => row.Name)],
        };
    }

    private static List<Row> ReadRows(string path)
    {
        var rows = new List<Row>();
        var names = new HashSet<string>();
        foreach (var fields in CsvTable.Read(path, "names", "emotions", "subtitles", "reasons"))
        {
            var row = new Row(fields[0].Trim(), fields[1].Trim(), fields[2].Trim(), fields[3].Trim());
            if (row.Name.Length == 0 || row.Name.Any(char.IsWhiteSpace))
                throw new InputException($"{path}: row {rows.Count + 1}: '{row.Name}' is not a name of a clip");
            if (!names.Add(row.Name))
                throw new InputException($"{path}: row {rows.Count + 1}: '{row.Name}' has a row already; keep one");

            rows.Add(row);
        }

        return rows;
    }

    private static void WriteCaptions(Stream stream, List<Row> rows)
    {
        using var json = new Utf8JsonWriter(stream, JsonStyle);
        json.WriteStartObject();
        foreach (var row in rows)
        {
            json.WriteStartObject(row.Name);
            foreach (var list in (string[])["AU_list", "visual_prior_list", "peak_AU_list"])
            {
                json.WriteStartArray(list);
                json.WriteEndArray();
            }

            json.WriteString("audio_prior_list", "");
            json.WriteString("peak_index", "");
            json.WriteString("pseu_emotion", row.Emotions);
            json.WriteString("text", row.Subtitle);
            json.WriteString(CaptionFile.FineField, row.Reasons);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private sealed record Row(string Name, string Emotions, string Subtitle, string Reasons)
    {
        public Emotion? Label { get; } = EmotionWords.FindLabel(Emotions);
    }
}
