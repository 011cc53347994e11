namespace EmotionLlama.Scoring.Clues;

/// <summary>Finds the classes a word belongs to.</summary>
internal sealed class WordSetIndex
{
    private readonly Dictionary<string, List<int>> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _prefixes = new(StringComparer.Ordinal);
    private readonly List<WordSet> _sets;

    /// <summary>Indexes classes.</summary>
    public WordSetIndex(List<WordSet> sets)
    {
        _sets = sets;
        foreach (var set in sets)
        {
            foreach (var word in set.Words)
                Add(_words, word, set.Index);

            foreach (var prefix in set.Prefixes)
                Add(_prefixes, prefix, set.Index);
        }
    }

    /// <summary>How many classes there are.</summary>
    public int Count => _sets.Count;

    /// <summary>Whether the words of a class are what others describe.</summary>
    public bool IsNoun(int set) => _sets[set].IsNoun;

    /// <summary>The classes of a lower-case word.</summary>
    public IEnumerable<int> SetsOf(string word)
    {
        foreach (var set in _words.GetValueOrDefault(word) ?? [])
            yield return set;

        var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = 1; length <= word.Length; length++)
        {
            if (!prefixes.TryGetValue(word.AsSpan(0, length), out var sets))
                continue;

            foreach (var set in sets)
                yield return set;
        }
    }

    private static void Add(Dictionary<string, List<int>> index, string key, int set)
    {
        if (!index.TryGetValue(key, out var sets))
            index[key] = sets = [];

        sets.Add(set);
    }
}
