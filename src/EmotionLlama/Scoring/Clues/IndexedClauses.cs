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
        "while", "but", "as", "when", "which", "who", "because", "he", "she", "they", "with", "indicating",
        "suggesting", "showing", "that", "if", "yet", "by", "during", "although", "though", "from");

    /// <summary>Words between descriptions of one noun: "soft, rather slow and trembling".</summary>
    private static readonly FrozenSet<string> Fillers = FrozenSet.Create(
        "and", "also", "is", "are", "was", "were", "a", "slightly", "somewhat", "very", "quite", "rather", "fairly",
        "too", "even", "more", "little", "bit", "or", "not", "almost", "relatively");

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

    /// <summary>Whether the text has words of every class of a pattern.</summary>
    public bool MayMatch(CluePattern pattern)
    {
        foreach (var element in pattern.Elements)
        {
            if (_places[element.Index] is null)
                return false;
        }

        return true;
    }

    /// <summary>Where a pattern that <see cref="MayMatch"/> matches: its first and last word, and whether the text
    /// denies it.</summary>
    public IEnumerable<(int First, int Last, bool Negated)> Match(CluePattern pattern)
    {
        foreach (var first in _places[pattern.Elements[0].Index]!)
        {
            if (pattern.Describes)
            {
                foreach (var other in _places[pattern.Elements[1].Index]!)
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
            var next = _places[element.Index]!.FirstOrDefault(place => place > last, -1);
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

    private bool Describes(int noun, int description, WordSet nouns) =>
        Math.Abs(noun - description) - 1 <= DescriptionGap
        && (noun < description ? DescribesBefore(noun, description, nouns) : DescribesBehind(noun, description));

    /// <summary>Whether "brows ... raised" belong together. Other nouns may stand between only where the noun's list
    /// goes on: "brows and mouth corners are raised".</summary>
    private bool DescribesBefore(int noun, int description, WordSet nouns)
    {
        var comma = false;
        var joined = false;
        var listing = true;
        for (var index = noun + 1; index < description; index++)
        {
            var word = Words[index].Text;
            if (Words[index].IsBreak && word != ",")
                return false;

            comma |= word == ",";
            joined |= comma || word == "and";
            listing &= word is "and" or "," or "of" || Determiners.Contains(word) || _nouns[index].Count > 0;
            if (NewThoughts.Contains(word) || (!listing && IsOtherNoun(index, nouns)))
                return false;

            if (comma && !listing && word != "," && !Fillers.Contains(word) && !_describes[index])
                return false;
        }

        return !DescribesNext(description, nouns, joined);
    }

    /// <summary>Whether "raised ... brows" belong together.</summary>
    private bool DescribesBehind(int noun, int description)
    {
        for (var index = description + 1; index < noun; index++)
        {
            var word = Words[index].Text;
            if (Words[index].IsBreak || NewThoughts.Contains(word) || _nouns[index].Count > 0)
                return false;

            if (word == "and" && !(index + 2 == noun && _describes[index + 1]))
                return false;
        }

        return true;
    }

    /// <summary>Whether a noun follows at once, which the word then describes: "brows and (tightly) narrowed
    /// eyes".</summary>
    private bool DescribesNext(int description, WordSet nouns, bool joined)
    {
        var next = description + 1;
        while (next < Words.Count && (Determiners.Contains(Words[next].Text) || (joined && _describes[next])))
            next++;

        return next < Words.Count && IsOtherNoun(next, nouns);
    }

    private bool IsOtherNoun(int word, WordSet nouns) => _nouns[word].Count > 0 && !_nouns[word].Contains(nouns.Index);
}
