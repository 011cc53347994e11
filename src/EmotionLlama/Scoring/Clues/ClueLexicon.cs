using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Scoring.Clues;

/// <summary>The English clues and the ways of saying them. The head of the resource explains the patterns.</summary>
internal sealed class ClueLexicon
{
    private readonly List<WordSet> _sets = [];
    private readonly Dictionary<string, WordSet> _named = new(StringComparer.Ordinal);
    private readonly List<CluePattern> _patterns = [];
    private readonly Dictionary<int, Clue> _units = [];
    private readonly WordSetIndex _index;

    private ClueLexicon(YamlNode root)
    {
        var sections = LexiconResource.Map(root).ToDictionary(StringComparer.Ordinal);
        AddClasses(sections["nouns"], isNoun: true);
        AddClasses(sections["words"], isNoun: false);
        DescribingSets = _sets.Count;
        foreach (var (part, clues) in LexiconResource.Map(sections["clues"]))
        {
            foreach (var (name, entry) in LexiconResource.Map(clues))
                AddClue(new(part, name), LexiconResource.ReadTexts(entry).ToDictionary(StringComparer.Ordinal));
        }

        _index = new(_sets);
    }

    /// <summary>The lexicon that lies in the library.</summary>
    public static ClueLexicon English { get; } = new(LexiconResource.ReadRoot("clues-english.yaml"));

    /// <summary>Its clues.</summary>
    public IEnumerable<Clue> Clues => _patterns.Select(pattern => pattern.Clue).Distinct();

    /// <summary>The topics among them.</summary>
    public IEnumerable<Clue> Topics =>
        _patterns.Where(pattern => pattern.IsTopic).Select(pattern => pattern.Clue).Distinct();

    /// <summary>The classes with names are the first ones: nouns, then words that describe.</summary>
    private int DescribingSets { get; }

    /// <summary>The clue an action unit stands for; null where the lexicon has none.</summary>
    public Clue? ClueOfUnit(int unit) => _units.GetValueOrDefault(unit);

    /// <summary>Adds the mentions of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="wanted">The patterns to look for.</param>
    /// <param name="offset">Where the text begins in the whole.</param>
    /// <param name="mentions">Takes what is found.</param>
    public void Find(string text, Predicate<CluePattern> wanted, int offset, List<ClueMention> mentions)
    {
        var clauses = new IndexedClauses(text, _index, DescribingSets);
        foreach (var pattern in _patterns)
        {
            if (!wanted(pattern) || !clauses.MayMatch(pattern))
                continue;

            foreach (var (first, last, negated) in clauses.Match(pattern))
            {
                var start = clauses.Words[first].Start;
                var clue = pattern.Clue with { Negated = negated && !pattern.IsTopic };
                mentions.Add(new(offset + start, clauses.Words[last].End - start, clue));
            }
        }
    }

    private void AddClasses(YamlNode classes, bool isNoun)
    {
        foreach (var (name, words) in LexiconResource.ReadTexts(classes))
            _named.Add(name, AddSet(isNoun, words.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    private WordSet AddSet(bool isNoun, IEnumerable<string> words)
    {
        var set = WordSet.Create(_sets.Count, isNoun, words);
        _sets.Add(set);
        return set;
    }

    private void AddClue(Clue clue, Dictionary<string, string> entry)
    {
        var isTopic = entry.ContainsKey("topic");
        var inQuotes = isTopic || entry.ContainsKey("quoted");
        foreach (var unit in entry.GetValueOrDefault("units", "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            _units.Add(int.Parse(unit, CultureInfo.InvariantCulture), clue);

        foreach (var pattern in entry["say"].Split(','))
        {
            var elements = pattern.Split([' ', '~'], StringSplitOptions.RemoveEmptyEntries).Select(Element).ToArray();
            _patterns.Add(new(clue, elements, pattern.Contains('~'), inQuotes, isTopic));
        }
    }

    private WordSet Element(string text)
    {
        var words = text.Split('/');
        if (words is [['$', .. var name]])
            return _named[name];

        return AddSet(isNoun: false, words.SelectMany(
            word => word is ['$', .. var part] ? [.. _named[part].Words, .. _named[part].Prefixes.Select(p => p + "*")]
                : Enumerable.Repeat(word, 1)));
    }
}
