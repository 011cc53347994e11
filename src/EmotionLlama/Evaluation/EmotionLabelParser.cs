using System.Collections.Frozen;
using System.Text.RegularExpressions;
using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>Finds the emotion that a free-text answer concludes.</summary>
/// <remarks>
/// <para>A caption mentions clues first and concludes at the end, so the rules are:</para>
/// <list type="number">
/// <item>Words of the lexicon (labels, word forms, close synonyms) are matched whole, in any case.</item>
/// <item>A negated word is skipped. A negation (not, n't, no, never, without, neither, rather than, instead of …)
/// reaches up to five words ahead, but not past punctuation or a conjunction that begins a new thought (and, but …).
/// "Not only" and "cannot hide" deny nothing.</item>
/// <item>A word right before a clue's noun ("calm voice") describes the clue; it counts only where nothing else
/// does.</item>
/// <item>Of the words that are left, the last one is the conclusion.</item>
/// </list>
/// </remarks>
public static partial class EmotionLabelParser
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

    private static readonly FrozenSet<string> ClueNouns = FrozenSet.Create(
        "voice", "tone", "face", "expression", "look", "smile", "frown", "eyes", "eye", "gaze", "brow", "brows",
        "eyebrows", "mouth", "lips", "pitch", "speech", "words", "word", "gesture", "gestures", "posture", "laugh");

    /// <summary>The emotion an answer concludes; null where it names none.</summary>
    public static Emotion? Parse(string answer)
    {
        Emotion? conclusion = null;
        Emotion? description = null;
        foreach (var mention in FindMentions(answer))
        {
            if (mention.Negated)
                continue;

            if (mention.Describes)
                description = mention.Emotion;
            else
                conclusion = mention.Emotion;
        }

        return conclusion ?? description;
    }

    /// <summary>Every word of a text that names an emotion, in order.</summary>
    public static IReadOnlyList<EmotionMention> FindMentions(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lower = text.ToLowerInvariant().Replace('’', '\'');
        var mentions = new List<EmotionMention>();
        var words = WordsAndBreaks().Matches(lower);
        for (var index = 0; index < words.Count; index++)
        {
            var word = words[index];
            if (!EmotionLexicon.TryGet(word.ValueSpan, out var emotion))
                continue;

            var describes = index + 1 < words.Count && ClueNouns.Contains(words[index + 1].Value);
            mentions.Add(new(word.Index, word.Length, emotion, IsNegated(words, index), describes));
        }

        return mentions;
    }

    private static bool IsNegated(MatchCollection words, int mention)
    {
        for (var index = mention - 1; index >= Math.Max(0, mention - NegationReach); index--)
        {
            var word = words[index].Value;
            if (IsBreak(word) || NewThoughts.Contains(word))
                return false;

            var next = words[index + 1].Value;
            if (Negations.Contains(word) || word.EndsWith("n't", StringComparison.Ordinal))
                return !DenyNothing.Contains(next);

            if (NegationsWithParticle.Contains($"{word} {next}"))
                return true;
        }

        return false;
    }

    private static bool IsBreak(string word) => !char.IsLetter(word[0]);

    /// <summary>Words, "n't" included, and the punctuation that ends a clause.</summary>
    [GeneratedRegex(@"\p{L}+(?:'\p{L}+)?|[.,;:!?()–—\n]")]
    private static partial Regex WordsAndBreaks();
}
