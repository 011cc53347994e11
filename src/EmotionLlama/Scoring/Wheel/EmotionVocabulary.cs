using System.Collections.Frozen;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>The project's own English words for emotions, in two levels of groups.</summary>
internal sealed class EmotionVocabulary
{
    private const char Ambiguous = '?';

    private readonly FrozenDictionary<string, EmotionWheel.Groups> _words;
    private readonly FrozenSet<string> _ambiguous;

    private EmotionVocabulary(Dictionary<string, EmotionWheel.Groups> words, HashSet<string> ambiguous)
    {
        _words = words.ToFrozenDictionary(StringComparer.Ordinal);
        _ambiguous = ambiguous.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The vocabulary that lies in the library.</summary>
    public static EmotionVocabulary BuiltIn { get; } = Load();

    /// <summary>Whether a lower-case word of a text names an emotion, and nothing else as often.</summary>
    public bool NamesEmotion(string word) => _words.ContainsKey(word) && !_ambiguous.Contains(word);

    /// <summary>The vocabulary as a single wheel whose words stand for themselves.</summary>
    public EmotionWheels ToWheels() => new([new("built-in", _words)], label => [label]);

    private static EmotionVocabulary Load()
    {
        var words = new Dictionary<string, EmotionWheel.Groups>(StringComparer.Ordinal);
        var ambiguous = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (group, emotions) in LexiconResource.ReadNested("emotions.yaml"))
        {
            foreach (var (emotion, forms) in emotions)
            {
                foreach (var form in forms.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    var word = form.TrimEnd(Ambiguous).Replace('_', ' ');
                    words[word] = new(group, emotion);
                    if (form.EndsWith(Ambiguous))
                        ambiguous.Add(word);
                }
            }
        }

        return new(words, ambiguous);
    }
}
