namespace EmotionLlama.Tokenization;

/// <summary>How often each pair of neighbouring symbols occurs inside the words of a corpus, kept up to date while
/// pairs are merged.</summary>
internal sealed class BytePairTable
{
    private readonly List<Word> _words = [];
    private readonly Dictionary<(string Left, string Right), Pair> _pairs = [];
    private readonly HashSet<(string Left, string Right)> _forbidden = [];

    /// <summary>Splits words into characters and counts the pairs.</summary>
    /// <param name="words">Each word and how often it occurs.</param>
    public BytePairTable(IReadOnlyDictionary<string, long> words)
    {
        foreach (var (text, count) in words)
        {
            _words.Add(new([.. text.EnumerateRunes().Select(rune => rune.ToString())], count));
            Count(_words.Count - 1);
        }
    }

    /// <summary>The pair that occurs most often; among equals the first in ordinal order. Null where none occurs
    /// often enough.</summary>
    public (string Left, string Right)? MostFrequent(long leastOccurrences)
    {
        (string Left, string Right)? best = null;
        var bestCount = leastOccurrences;
        foreach (var (key, pair) in _pairs)
        {
            if (pair.Count < bestCount)
                continue;
            if (pair.Count > bestCount || best is null || ComesBefore(key, best.Value))
                (best, bestCount) = (key, pair.Count);
        }

        return best;
    }

    /// <summary>Joins a pair into one symbol in every word.</summary>
    public void Merge(string left, string right)
    {
        int[] touched = [.. _pairs[(left, right)].Words];
        foreach (var index in touched)
        {
            Uncount(index);
            Join(_words[index].Symbols, left, right);
            Count(index);
        }
    }

    /// <summary>Leaves a pair out from now on.</summary>
    public void Forbid(string left, string right)
    {
        _forbidden.Add((left, right));
        _pairs.Remove((left, right));
    }

    private static bool ComesBefore((string Left, string Right) one, (string Left, string Right) other)
    {
        var order = string.CompareOrdinal(one.Left, other.Left);
        return order < 0 || (order == 0 && string.CompareOrdinal(one.Right, other.Right) < 0);
    }

    private static void Join(List<string> symbols, string left, string right)
    {
        for (var at = 0; at + 1 < symbols.Count; at++)
        {
            if (symbols[at] == left && symbols[at + 1] == right)
            {
                symbols[at] = left + right;
                symbols.RemoveAt(at + 1);
            }
        }
    }

    private void Count(int index)
    {
        var (symbols, count) = _words[index];
        for (var at = 0; at + 1 < symbols.Count; at++)
        {
            var key = (symbols[at], symbols[at + 1]);
            if (_forbidden.Contains(key))
                continue;
            if (!_pairs.TryGetValue(key, out var pair))
                _pairs[key] = pair = new();
            pair.Count += count;
            pair.Words.Add(index);
        }
    }

    private void Uncount(int index)
    {
        var (symbols, count) = _words[index];
        for (var at = 0; at + 1 < symbols.Count; at++)
        {
            var key = (symbols[at], symbols[at + 1]);
            if (!_pairs.TryGetValue(key, out var pair))
                continue;
            pair.Count -= count;
            pair.Words.Remove(index);
            if (pair.Count == 0)
                _pairs.Remove(key);
        }
    }

    private sealed record Word(List<string> Symbols, long Count);

    private sealed class Pair
    {
        public long Count { get; set; }

        public HashSet<int> Words { get; } = [];
    }
}
