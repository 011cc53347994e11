using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets;

/// <summary>The annotation file of MERR data: a line a clip, <c>name frames emotion valence</c>.</summary>
public static class AnnotationFile
{
    private const string Columns = "name frames emotion valence";

    /// <summary>Reads all clips in the order of the file. Blank lines are skipped; a name may occur twice.</summary>
    /// <param name="path">A UTF-8 text file whose columns are separated by blanks or tabs.</param>
    /// <exception cref="InputException">The file is missing or names no clip, or a line lacks a column, has one too
    /// many, or holds an unknown emotion or a number that is none.</exception>
    public static IReadOnlyList<ClipAnnotation> Read(string path) => ReadLines(path, scheme: null);

    /// <summary>Reads the annotations of test data: each label is one of its scheme, in any of its word forms, and the
    /// valence may be left out, as in MER2024's <c>name frames emotion</c>.</summary>
    /// <param name="path">As for the other overload.</param>
    /// <param name="scheme">Which labels the clips have.</param>
    /// <exception cref="InputException">As for the other overload.</exception>
    public static IReadOnlyList<ClipAnnotation> Read(string path, LabelScheme scheme) => ReadLines(path, scheme);

    private static List<ClipAnnotation> ReadLines(string path, LabelScheme? scheme)
    {
        var clips = new List<ClipAnnotation>();
        var number = 0;
        foreach (var line in DataFile.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                clips.Add(ParseLine(line, scheme, $"{path}:{number}"));
        }

        return clips.Count > 0
            ? clips
            : throw new InputException($"{path}: names no clip; write a line a clip: '{Columns}'");
    }

    /// <summary>Writes an annotation file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<ClipAnnotation> clips) =>
        Runtime.AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var clip in clips)
            {
                text.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{clip.Name} {clip.Frames} {clip.Emotion.ToText()} {clip.Valence}"));
            }
        });

    private static ClipAnnotation ParseLine(string line, LabelScheme? scheme, string place)
    {
        var columns = line.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length == 3 && scheme is not null)
            columns = [.. columns, "0"];

        if (columns.Length != 4)
            throw new InputException($"{place}: expected '{Columns}', got '{line.Trim().Printable()}'");

        if (!int.TryParse(columns[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out var frames) || frames < 0)
            throw new InputException($"{place}: '{columns[1].Printable()}' is not a number of frames in '{Columns}'");

        if (!double.TryParse(columns[3], NumberStyles.Float, CultureInfo.InvariantCulture, out var valence))
            throw new InputException($"{place}: '{columns[3].Printable()}' is not a valence, a number, in '{Columns}'");

        return new ClipAnnotation(columns[0], frames, ParseLabel(columns[2], scheme, place), valence);
    }

    private static Emotion ParseLabel(string word, LabelScheme? scheme, string place)
    {
        try
        {
            return scheme is { } labels ? labels.Parse(word) : EmotionNames.Parse(word);
        }
        catch (InputException e)
        {
            var set = scheme is { } labels ? $" of '{labels.ToText()}' (evaluation_datasets.*.labels)" : "";
            throw new InputException($"{place}: {e.Message}{set}", e);
        }
    }
}
