using System.Text.RegularExpressions;

namespace EmotionLlama.Construction;

/// <summary>
/// Finds texts that are the same but for case and punctuation, or nearly: whose sets of word triples have at least a
/// share t in common (Jaccard's |A∩B| / |A∪B|). Exact, and fast for many texts: such a set shares ⌈t·n⌉ of its n
/// triples or more, so the two share one of the n − ⌈t·n⌉ + 1 triples of each that are rarest among all texts, and only those
/// are looked up (prefix filtering, Chaudhuri, Ganti and Kaushik 2006).
/// </summary>
internal static partial class NearDuplicates
{
    private const int TripleWords = 3;

    /// <summary>Finds the duplicates of earlier texts.</summary>
    /// <param name="texts">The texts; of duplicates the first is kept.</param>
    /// <param name="similarity">The share from which texts are duplicates, above 0 and at most 1.</param>
    /// <returns>For each text the place of the kept text that it repeats and how similar they are; null for one that is
    /// kept.</returns>
    public static (int Original, double Similarity)?[] Find(IReadOnlyList<string> texts, double similarity)
    {
        var words = texts.Select(WordsOf).ToArray();
        var triples = Array.ConvertAll(words, TriplesOf);
        var counts = triples.SelectMany(set => set).CountBy(triple => triple).ToDictionary();
        var results = new (int, double)?[texts.Count];
        var sameWords = new Dictionary<string, int>(StringComparer.Ordinal);
        var rare = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var place = 0; place < texts.Count; place++)
        {
            if (sameWords.TryGetValue(string.Join(' ', words[place]), out var same))
            {
                results[place] = (same, 1);
                continue;
            }

            var set = triples[place];
            var prefix = set.OrderBy(triple => counts[triple]).ThenBy(triple => triple, StringComparer.Ordinal)
                .Take(set.Count - (int)Math.Ceiling((similarity * set.Count) - 1e-9) + 1)
                .ToList();
            results[place] = prefix
                .SelectMany(triple => rare.GetValueOrDefault(triple) ?? [])
                .Distinct().Order()
                .Select(earlier => ((int, double)?)(earlier, Jaccard(triples[earlier], set)))
                .FirstOrDefault(pair => pair!.Value.Item2 >= similarity);
            if (results[place] is not null)
                continue;

            sameWords[string.Join(' ', words[place])] = place;
            foreach (var triple in prefix)
            {
                if (!rare.TryGetValue(triple, out var places))
                    rare[triple] = places = [];
                places.Add(place);
            }
        }

        return results;
    }

    private static string[] WordsOf(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    private static HashSet<string> TriplesOf(string[] words) =>
    [
        .. Enumerable.Range(0, Math.Max(words.Length - TripleWords + 1, 0))
            .Select(start => string.Join(' ', words.AsSpan(start, TripleWords)!)),
    ];

    private static double Jaccard(HashSet<string> first, HashSet<string> second)
    {
        var common = first.Count(second.Contains);
        return (double)common / (first.Count + second.Count - common);
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
