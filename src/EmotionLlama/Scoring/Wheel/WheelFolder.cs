using System.Data;
using System.Text;
using EmotionLlama.Runtime;
using ExcelDataReader;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>Reads a folder of emotion wheels: <c>format.csv</c>, <c>synonym.xlsx</c>, <c>wheel1.xlsx</c> …</summary>
internal static class WheelFolder
{
    private const char WordSeparator = ',';

    /// <summary>Reads all files of the folder.</summary>
    /// <exception cref="InputException">A file is missing or is laid out differently.</exception>
    public static EmotionWheels Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException(
                $"{folder}: no such folder; name the one with format.csv, synonym.xlsx and wheel1.xlsx");
        }

        var bases = ReadForms(Path.Combine(folder, "format.csv"));
        var synonyms = ReadSynonyms(Path.Combine(folder, "synonym.xlsx"));
        var wheels = ReadWheels(folder);
        return new(wheels, label => WordsOf(label, bases, synonyms));
    }

    private static List<string> WordsOf(
        string label, Dictionary<string, HashSet<string>> bases, Dictionary<string, HashSet<string>> synonyms)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var word in bases.GetValueOrDefault(label) ?? [])
            words.UnionWith(synonyms.GetValueOrDefault(word) ?? []);

        return [.. words];
    }

    /// <summary>Word form to the base words it may belong to.</summary>
    private static Dictionary<string, HashSet<string>> ReadForms(string path)
    {
        var bases = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var row in CsvTable.Read(path, "name", "format"))
        {
            var word = Normalize(row[0]);
            foreach (var form in Split(row[1]).Append(word))
                Add(bases, form, word);
        }

        return bases;
    }

    /// <summary>Base word to the wheel words that it is a synonym of, the union over the runs of the table.</summary>
    private static Dictionary<string, HashSet<string>> ReadSynonyms(string path)
    {
        var table = ReadSheet(path);
        var synonyms = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var runs = 0;
        for (var run = 1; table.Columns.Contains($"word_run{run}"); run++, runs++)
        {
            var words = FindColumn(path, table, $"word_run{run}");
            var lists = FindColumn(path, table, $"synonym_run{run}");
            foreach (DataRow row in table.Rows)
            {
                var word = Normalize(Text(row[words]));
                foreach (var synonym in Split(Text(row[lists])).Append(word))
                    Add(synonyms, synonym, word);
            }
        }

        return runs > 0 ? synonyms : throw Lacks(path, table, "word_run1");
    }

    private static List<EmotionWheel> ReadWheels(string folder)
    {
        var wheels = new List<EmotionWheel>();
        while (Path.Combine(folder, $"wheel{wheels.Count + 1}.xlsx") is var path
            && (wheels.Count == 0 || File.Exists(path)))
        {
            wheels.Add(ReadWheel(path));
        }

        return wheels;
    }

    private static EmotionWheel ReadWheel(string path)
    {
        var table = ReadSheet(path);
        int[] columns = [.. Enumerable.Range(1, 3).Select(level => FindColumn(path, table, $"level{level}"))];
        var groups = new Dictionary<string, EmotionWheel.Groups>(StringComparer.Ordinal);
        string level1 = "", level2 = "";
        foreach (DataRow row in table.Rows)
        {
            string[] cells = [.. columns.Select(column => Normalize(Text(row[column])))];
            level1 = cells[0].Length > 0 ? cells[0] : level1;
            level2 = cells[1].Length > 0 ? cells[1] : level2;

            // A word that stands in several places belongs to the last of them.
            foreach (var word in new[] { level2, cells[2] }.Where(word => word.Length > 0))
                groups[word] = new(level1, level2);
        }

        // At level 2, a word of level 1 stands for the first of its words in ordinal order.
        foreach (var group in groups.Values.GroupBy(group => group.Level1).ToArray())
            groups[group.Key] = new(group.Key, group.Select(member => member.Level2).Min(StringComparer.Ordinal)!);

        return groups.Count > 0
            ? new(Path.GetFileNameWithoutExtension(path), groups)
            : throw new InputException($"{path}:2: has no words; give level1, level2 and level3 in its rows");
    }

    private static DataTable ReadSheet(string path)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var stream = DataFile.Open(path);
        try
        {
            using var reader = ExcelReaderFactory.CreateOpenXmlReader(stream);
            var table = new DataTable();
            for (var row = 0; reader.Read(); row++)
            {
                var cells = Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue).ToArray();
                if (row == 0)
                    table.Columns.AddRange([.. cells.Select(Column)]);
                else
                    table.Rows.Add(cells);
            }

            return table;
        }
        catch (Exception e) when (e is not InputException)
        {
            throw new InputException($"{path}: is no .xlsx workbook: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static DataColumn Column(object? header, int column) =>
        new(Text(header) is { Length: > 0 } name ? name.Trim() : $"column {column + 1}", typeof(object));

    private static int FindColumn(string path, DataTable table, string column) =>
        table.Columns.IndexOf(column) is >= 0 and var place ? place : throw Lacks(path, table, column);

    private static InputException Lacks(string path, DataTable table, string column) =>
        new($"{path}:1: has no column '{column}'; its columns are "
            + string.Join(',', table.Columns.Cast<DataColumn>().Select(found => found.ColumnName)));

    private static void Add(Dictionary<string, HashSet<string>> map, string key, string value)
    {
        if (key.Length == 0 || value.Length == 0)
            return;

        if (!map.TryGetValue(key, out var values))
            map[key] = values = new(StringComparer.Ordinal);

        values.Add(value);
    }

    private static IEnumerable<string> Split(string words) => words.Split(WordSeparator).Select(Normalize);

    private static string Normalize(string word) => word.Trim().ToLowerInvariant();

    private static string Text(object? cell) =>
        Convert.ToString(cell, System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
