using System.Collections.Frozen;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>The project's own English words for emotions, in two levels of groups.</summary>
internal sealed class EmotionVocabulary
{
    private readonly FrozenDictionary<string, EmotionWheel.Groups> _words;

    private EmotionVocabulary(IEnumerable<KeyValuePair<string, EmotionWheel.Groups>> words) =>
        _words = words.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The vocabulary that lies in the library.</summary>
    public static EmotionVocabulary BuiltIn { get; } = Load();

    /// <summary>Whether a lower-case word names an emotion.</summary>
    public bool Knows(string word) => _words.ContainsKey(word);

    /// <summary>The vocabulary as a single wheel whose words stand for themselves.</summary>
    public EmotionWheels ToWheels() => new([new("built-in", _words)], label => [label]);

    private static EmotionVocabulary Load()
    {
        var words = new Dictionary<string, EmotionWheel.Groups>(StringComparer.Ordinal);
        foreach (var (group, emotions) in LexiconResource.ReadNested("emotions.yaml"))
        {
            foreach (var (emotion, forms) in emotions)
            {
                foreach (var form in forms.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    words[form] = new(group, emotion);
            }
        }

        return new(words);
    }
}
