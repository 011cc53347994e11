using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace EmotionLlama.Evaluation;

/// <summary>The words of an English text and the marks between its clauses, with the reach of negations.</summary>
/// <remarks>A negation (not, n't, no, never, without, neither, rather than, instead of …) reaches up to five words
/// ahead, but not past punctuation or a conjunction that begins a new thought (and, but …). "Not only" and "cannot
/// hide" deny nothing.</remarks>
public sealed partial class ClauseWords
{
    private const int NegationReach = 5;

    private static readonly FrozenSet<string> Negations = FrozenSet.Create(
        "not", "no", "never", "without", "neither", "nor", "none", "non", "cannot", "hardly", "lack", "lacks",
        "lacking");

    private static readonly FrozenSet<string> NegationsWithParticle = FrozenSet.Create("rather than", "instead of");

    private static readonly FrozenSet<string> NewThoughts = FrozenSet.Create(
        "and", "but", "yet", "so", "because", "since", "while", "although", "though", "which", "who", "however", "then",
        "suggesting", "showing", "indicating");

    private static readonly FrozenSet<string> DenyNothing = FrozenSet.Create(
        "only", "just", "merely", "simply", "hide", "hiding", "conceal", "concealing", "contain", "mask", "suppress");

    private readonly ClauseWord[] _words;

    private ClauseWords(ClauseWord[] words) => _words = words;

    /// <summary>How many words and marks there are.</summary>
    public int Count => _words.Length;

    /// <summary>A word or mark, in the order of the text.</summary>
    public ClauseWord this[int index] => _words[index];

    /// <summary>Splits a text into words ("n't" included) and the punctuation that ends a clause.</summary>
    public static ClauseWords Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lower = text.ToLowerInvariant().Replace('’', '\'');
        var words = new List<ClauseWord>();
        foreach (var match in WordsAndBreaks().EnumerateMatches(lower))
            words.Add(new(match.Index, lower.Substring(match.Index, match.Length)));

        return new([.. words]);
    }

    /// <summary>Whether the text denies a word.</summary>
    public bool IsNegated(int word)
    {
        for (var index = word - 1; index >= Math.Max(0, word - NegationReach); index--)
        {
            var text = _words[index].Text;
            if (_words[index].IsBreak || NewThoughts.Contains(text))
                return false;

            var next = _words[index + 1].Text;
            if (Negations.Contains(text) || text.EndsWith("n't", StringComparison.Ordinal))
                return !DenyNothing.Contains(next);

            if (NegationsWithParticle.Contains($"{text} {next}"))
                return true;
        }

        return false;
    }

    [GeneratedRegex(@"\p{L}+(?:'\p{L}+)?|[.,;:!?()–—\n]")]
    private static partial Regex WordsAndBreaks();
}
