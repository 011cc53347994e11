namespace EmotionLlama.Datasets;

/// <summary>Finds the word someone probably meant.</summary>
internal static class Spelling
{
    /// <summary>The candidate that takes the fewest changed letters to reach; the first of several.</summary>
    public static string Nearest(string word, IEnumerable<string> candidates) =>
        candidates.MinBy(candidate => Distance(word.ToLowerInvariant(), candidate))!;

    /// <summary>Levenshtein's distance: letters inserted, left out or replaced.</summary>
    private static int Distance(string from, string to)
    {
        Span<int> row = stackalloc int[to.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;

        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
