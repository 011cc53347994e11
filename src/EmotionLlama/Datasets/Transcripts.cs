using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets;

/// <summary>What the persons in the clips say: a CSV file with the columns <c>name,sentence</c>.</summary>
public sealed class Transcripts
{
    private const string NameColumn = "name";
    private const string SentenceColumn = "sentence";

    private readonly Dictionary<string, string> _sentences;

    private Transcripts(string path, Dictionary<string, string> sentences, IReadOnlyList<string> twice)
    {
        Path = path;
        _sentences = sentences;
        DuplicateNames = twice;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names that have several lines, each once, in the order of the file; the first line counts.</summary>
    public IReadOnlyList<string> DuplicateNames { get; }

    /// <summary>The sentence of a clip, which may be empty; null where the file has no line for it. Line breaks inside
    /// a sentence have become blanks.</summary>
    public string? this[string name] => _sentences.GetValueOrDefault(name);

    /// <summary>Reads a transcript file.</summary>
    /// <param name="path">A UTF-8 CSV file with a header. Other columns are ignored; quoted fields may span
    /// lines.</param>
    /// <param name="names">The clips to keep; null keeps all.</param>
    /// <exception cref="InputException">The file is missing, lacks a column, or is not CSV; the message names the
    /// line.</exception>
    public static Transcripts Read(string path, IReadOnlySet<string>? names = null)
    {
        var sentences = new Dictionary<string, string>();
        var twice = new List<string>();
        foreach (var row in CsvTable.Read(path, NameColumn, SentenceColumn))
        {
            var (name, sentence) = (row[0], row[1]);
            if (names is not null && !names.Contains(name))
                continue;

            if (!sentences.TryAdd(name, sentence.ReplaceLineEndings(" ").Trim()) && !twice.Contains(name))
                twice.Add(name);
        }

        return new Transcripts(path, sentences, twice);
    }

    /// <summary>Writes a transcript file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<(string Name, string Sentence)> sentences) =>
        CsvTable.Write(
            path, sentences.Select(line => (string[])[line.Name, line.Sentence]).Prepend([NameColumn, SentenceColumn]));
}
