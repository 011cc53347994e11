using System.Text.Json;
using EmotionLlama.Runtime;
using EmotionLlama.Scoring.Wheel;

namespace EmotionLlama.Scoring;

/// <summary>Reads the truth and the predictions of any system; the columns, or the keys of JSON lines, say which is
/// which.</summary>
/// <remarks>
/// <para>The clip is <c>name</c> or <c>names</c>. The text is <c>reason</c>, <c>reasons</c>, <c>chi_reasons</c>,
/// <c>answer</c>, <c>english</c> or <c>chinese</c>. The labels are <c>openset</c> or <c>labels</c> (a list), or
/// <c>predicted</c>, <c>label</c> or <c>emotions</c>. So EMER v1 and v2, open-vocabulary labels, the files that
/// <c>evaluate</c> writes and those of the original project can all be read.</para>
/// <para>A list of labels counts as it is. A single label counts only where the text names no emotion: what the text
/// concludes says more.</para>
/// </remarks>
public static class DescriptionFile
{
    private const string Accepted = "give name (or names) and reason, reasons, chi_reasons, english, chinese, answer, "
        + "openset, labels or label";

    private static readonly string[] NameKeys = ["name", "names"];
    private static readonly string[] TextKeys = ["reason", "reasons", "chi_reasons", "answer"];
    private static readonly string[] ListKeys = ["openset", "labels"];
    private static readonly string[] LabelKeys = ["predicted", "label", "emotions"];

    /// <summary>Reads a CSV file, or JSON lines where the name ends so.</summary>
    /// <param name="path">The file.</param>
    /// <param name="language">Which text to read where there are both.</param>
    /// <exception cref="InputException">The file is missing, empty or of another shape, or a name is empty or occurs
    /// twice.</exception>
    public static IReadOnlyList<EmotionDescription> Read(
        string path, DescriptionLanguage language = DescriptionLanguage.English)
    {
        ArgumentNullException.ThrowIfNull(path);
        var isJson = Path.GetExtension(path).ToUpperInvariant() is ".JSONL" or ".NDJSON";
        var rows = isJson ? ReadJsonLines(path) : ReadCsv(path);
        string[] textKeys = language == DescriptionLanguage.English
            ? ["english", .. TextKeys, "chinese"]
            : ["chinese", .. TextKeys, "english"];
        var descriptions = new List<EmotionDescription>();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (place, row) in rows)
        {
            var description = ToDescription(place, row, textKeys);
            if (!places.TryAdd(description.Name, place))
            {
                throw new InputException(
                    $"{place}: {description.Name} was already described in {places[description.Name]}; keep one");
            }

            descriptions.Add(description);
        }

        return descriptions.Count > 0
            ? descriptions
            : throw new InputException($"{path}: describes no clip; {Accepted}");
    }

    private static EmotionDescription ToDescription(string place, Dictionary<string, string> row, string[] textKeys)
    {
        var name = (First(row, NameKeys) ?? "").Trim().Trim('\'', '"').Trim();
        if (name.Length == 0)
            throw new InputException($"{place}: names no clip; fill in its name");

        var text = First(row, textKeys)?.Trim() ?? "";
        IReadOnlyList<string>? labels = null;
        if (First(row, ListKeys) is { } list)
            labels = ParseLabels(place, list);
        else if (First(row, LabelKeys) is { } label && label.Trim().Length > 0 && LabelReader.Read(text).Count == 0)
            labels = ParseLabels(place, label);

        return new() { Name = name, Reason = text, Labels = labels };
    }

    private static IReadOnlyList<string> ParseLabels(string place, string field) => LabelList.Parse(field)
        ?? throw new InputException($"{place}: '{field.ReplaceLineEndings(" ")}' is no list like ['happy', 'shy']");

    private static string? First(Dictionary<string, string> row, string[] keys) =>
        keys.Select(key => row.GetValueOrDefault(key)).FirstOrDefault(value => value is not null);

    private static IEnumerable<(string Place, Dictionary<string, string> Row)> ReadCsv(string path)
    {
        string[] keys = [];
        foreach (var (line, fields) in CsvTable.ReadAll(path))
        {
            var place = $"{path}:{line}";
            if (keys.Length > 0)
            {
                yield return (place, keys.Zip(fields).DistinctBy(field => field.First).ToDictionary());
                continue;
            }

            keys = [.. fields.Select(column => column.Trim().ToLowerInvariant())];
            CheckKeys(place, keys, "column");
        }
    }

    private static IEnumerable<(string Place, Dictionary<string, string> Row)> ReadJsonLines(string path)
    {
        var number = 0;
        foreach (var line in DataFile.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;

            var place = $"{path}:{number}";
            var row = ParseJson(place, line);
            CheckKeys(place, row.Keys, "key");
            yield return (place, row);
        }
    }

    private static Dictionary<string, string> ParseJson(string place, string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputException($"{place}: is no JSON object; {Accepted}");

            var row = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.EnumerateObject())
                row[property.Name.ToLowerInvariant()] = ToField(property.Value);

            return row;
        }
        catch (JsonException e)
        {
            throw new InputException($"{place}: is no JSON object: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string ToField(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    private static void CheckKeys(string place, IReadOnlyCollection<string> keys, string kind)
    {
        string[] contents = [.. TextKeys, "english", "chinese", .. ListKeys, .. LabelKeys];
        var what = !keys.Any(NameKeys.Contains) ? "the clip's name"
            : !keys.Any(contents.Contains) ? "a description"
            : null;
        if (what is null)
            return;

        var found = keys.Count > 0 ? $"its {kind}s are {string.Join(',', keys)}" : "it is empty";
        throw new InputException($"{place}: has no {kind} for {what}; {found}; {Accepted}");
    }
}
