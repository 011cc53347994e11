using CsvHelper;

namespace EmotionLlama.Runtime;

/// <summary>Reads columns of CSV files by name, and writes CSV files.</summary>
internal static class CsvTable
{
    private static readonly CsvReaderOptions Strict = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        TrackLineNumbers = true,
    };

    /// <summary>The rows of a file, each with the wanted columns in the wanted order.</summary>
    /// <exception cref="InputException">The file is missing, lacks a column, or is not CSV.</exception>
    public static IEnumerable<string[]> Read(string path, params string[] columns)
    {
        using var stream = DataFile.Open(path);
        using var csv = CsvReader.Create(stream, Strict);
        var places = Guard(path, () => Array.ConvertAll(columns, column => FindColumn(path, csv, column)));
        while (Guard(path, csv.Read))
            yield return Array.ConvertAll(places, csv.GetString);
    }

    /// <summary>The header and the rows of a file with the lines where they begin, whatever the columns are.</summary>
    /// <exception cref="InputException">The file is missing or is not CSV.</exception>
    public static IEnumerable<(long Line, string[] Fields)> ReadAll(string path)
    {
        using var stream = DataFile.Open(path);
        using var csv = CsvReader.Create(stream, Strict);
        var columns = Guard(path, () => csv.Headers.ToArray());
        yield return (1, columns);
        while (Guard(path, csv.Read))
            yield return (csv.LineNumber, [.. Enumerable.Range(0, columns.Length).Select(csv.GetString)]);
    }

    /// <summary>The rows of a wide file with the lines where they begin, only the wanted columns of each. Blanks around
    /// names and fields do not count.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">Gives the places of the wanted columns from the names of all; none for an empty file.</param>
    /// <exception cref="InputException">The file is missing or is not CSV.</exception>
    public static IEnumerable<(long Line, string[] Fields)> ReadPadded(
        string path, Func<IReadOnlyList<string>, int[]> choose)
    {
        using var stream = DataFile.Open(path);
        using var csv = CsvReader.Create(stream, Strict with { TrimWhitespace = true });
        var places = choose(Guard(path, () => csv.Headers.ToArray()));
        while (Guard(path, csv.Read))
            yield return (csv.LineNumber, Array.ConvertAll(places, csv.GetString));
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<string[]> headerAndRows) =>
        AtomicFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
            foreach (var row in headerAndRows)
                csv.WriteRecord(row);
        });

    private static int FindColumn(string path, CsvReader csv, string column)
    {
        if (csv.TryGetFieldIndex(column, out var place))
            return place;

        var found = csv.Headers.Count > 0 ? $"its columns are {string.Join(',', csv.Headers).Printable()}" : "it is empty";
        throw new InputException($"{path}:1: has no column '{column}'; {found}");
    }

    private static T Guard<T>(string path, Func<T> access)
    {
        try
        {
            return DataFile.Guard(path, access);
        }
        catch (CsvFormatException e)
        {
            throw new InputException(
                $"{path}:{e.LineNumber}: is not a row of CSV like its header; put fields with commas, quotes or line"
                + " breaks in double quotes, and double the quotes inside",
                e);
        }
    }
}
