using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring.Clues;

/// <summary>The Chinese ways of saying clues, found as parts of the text.</summary>
internal static class ChineseClues
{
    private static readonly FrozenSet<Clue> Topics = ClueLexicon.English.Topics.ToFrozenSet();

    private static readonly IReadOnlyList<(Clue Clue, Regex Phrases)> Lexicon = [.. Load()];

    /// <summary>Adds the mentions of a text that quotes nothing.</summary>
    public static void Find(string text, List<ClueMention> mentions)
    {
        foreach (var (clue, phrases) in Lexicon)
        {
            foreach (Match match in phrases.Matches(text))
            {
                var negated = !Topics.Contains(clue) && HanPhrase.IsNegated(text, match.Index);
                mentions.Add(new(match.Index, match.Length, clue with { Negated = negated }));
            }
        }
    }

    private static IEnumerable<(Clue Clue, Regex Phrases)> Load() =>
        from part in LexiconResource.ReadNested("clues-chinese.yaml")
        from entry in part.Value
        select (new Clue(part.Key, entry.Key), HanPhrase.Compile(entry.Value.Split(' ')));
}
