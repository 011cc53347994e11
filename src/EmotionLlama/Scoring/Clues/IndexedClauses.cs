using System.Collections.Frozen;
using EmotionLlama.Evaluation;

namespace EmotionLlama.Scoring.Clues;

/// <summary>A text whose words know their classes, ready for patterns.</summary>
internal sealed class IndexedClauses
{
    private const int SequenceGap = 2;
    private const int DescriptionGap = 6;

    /// <summary>Words that begin a thought about something else.</summary>
    private static readonly FrozenSet<string> NewThoughts = FrozenSet.Create(
        "while", "but", "as", "when", "which", "who", "because", "he", "she", "they", "with", "indicating", "suggesting",
        "showing", "that", "if", "yet");

    /// <summary>Words between descriptions of one noun: "soft, rather slow and trembling".</summary>
    private static readonly FrozenSet<string> Fillers = FrozenSet.Create(
        "and", "also", "is", "are", "was", "were", "a", "slightly", "somewhat", "very", "quite", "rather", "fairly", "too",
        "even", "more", "little", "bit", "or", "not", "almost", "relatively");

    private static readonly FrozenSet<string> Determiners = FrozenSet.Create("his", "her", "their", "the", "its", "a");

    private readonly List<int>?[] _places;
    private readonly List<int>[] _nouns;
    private readonly bool[] _describes;

    /// <summary>Splits a text and looks up its words.</summary>
    public IndexedClauses(string text, WordSetIndex index, int namedSets)
    {
        Words = ClauseWords.Split(text);
        _places = new List<int>?[index.Count];
        _nouns = new List<int>[Words.Count];
        _describes = new bool[Words.Count];
        for (var word = 0; word < Words.Count; word++)
        {
            _nouns[word] = [];
            foreach (var set in index.SetsOf(Words[word].Text))
            {
                (_places[set] ??= []).Add(word);
                if (index.IsNoun(set))
                    _nouns[word].Add(set);
                else
                    _describes[word] |= set < namedSets;
            }
        }
    }

    /// <summary>The words and marks.</summary>
    public ClauseWords Words { get; }

    /// <summary>Where a pattern matches: its first and last word, and whether the text denies it.</summary>
    public IEnumerable<(int First, int Last, bool Negated)> Match(CluePattern pattern)
    {
        foreach (var first in _places[pattern.Elements[0].Index] ?? [])
        {
            if (pattern.Describes)
            {
                foreach (var other in _places[pattern.Elements[1].Index] ?? [])
                {
                    if (Describes(first, other, pattern.Elements[0]))
                        yield return Found(Math.Min(first, other), Math.Max(first, other));
                }
            }
            else if (Follow(pattern, first) is { } last)
            {
                yield return Found(first, last);
            }
        }
    }

    private (int First, int Last, bool Negated) Found(int first, int last) =>
        (first, last, Words.IsNegated(first) || Words.IsNegated(last));

    private int? Follow(CluePattern pattern, int first)
    {
        var last = first;
        foreach (var element in pattern.Elements.Skip(1))
        {
            var next = (_places[element.Index] ?? []).FirstOrDefault(place => place > last, -1);
            if (next < 0 || next - last - 1 > SequenceGap || HasBreak(last + 1, next))
                return null;

            last = next;
        }

        return last;
    }

    private bool HasBreak(int from, int to)
    {
        for (var index = from; index < to; index++)
        {
            if (Words[index].IsBreak)
                return true;
        }

        return false;
    }

    private bool Describes(int noun, int description, WordSet nouns)
    {
        if (noun == description || Math.Abs(noun - description) - 1 > DescriptionGap)
            return false;

        var behind = noun < description;
        var comma = false;
        for (var index = Math.Min(noun, description) + 1; index < Math.Max(noun, description); index++)
        {
            var word = Words[index].Text;
            if (Words[index].IsBreak)
            {
                if (!behind || word != ",")
                    return false;

                comma = true;
            }
            else if (NewThoughts.Contains(word) || IsOtherNoun(index, nouns)
                || (comma && !Fillers.Contains(word) && !_describes[index]))
            {
                return false;
            }
        }

        return !behind || !DescribesNext(description, nouns);
    }

    /// <summary>Whether a noun follows at once, which the word then describes: "brows and narrowed eyes".</summary>
    private bool DescribesNext(int description, WordSet nouns)
    {
        var next = description + 1;
        while (next < Words.Count && Determiners.Contains(Words[next].Text))
            next++;

        return next < Words.Count && IsOtherNoun(next, nouns);
    }

    private bool IsOtherNoun(int word, WordSet nouns) => _nouns[word].Count > 0 && !_nouns[word].Contains(nouns.Index);
}
