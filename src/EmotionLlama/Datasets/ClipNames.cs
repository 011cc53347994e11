using EmotionLlama.Runtime;

namespace EmotionLlama.Datasets;

/// <summary>Names of clips, from any file that begins each line with one.</summary>
public static class ClipNames
{
    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>Reads the first word of each line, each name once: an annotation file, a table, or a plain list. A
    /// first line that says <c>name</c> or <c>names</c> is a header.</summary>
    /// <exception cref="InputException">The file is missing, or names no clip.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        var names = DataFile.ReadLines(path)
            .Select(line => line.Trim().Split(Separators, 2)[0].Trim('"'))
            .Where((name, line) => name.Length > 0 && !(line == 0 && name is "name" or "names"))
            .Distinct()
            .ToList();
        return names.Count > 0
            ? names
            : throw new InputException($"{path}: names no clip; write a line a clip that begins with its name");
    }
}
