using System.Collections.Frozen;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>One arrangement of emotion words: words that stand close together share a group.</summary>
public sealed class EmotionWheel
{
    private readonly FrozenDictionary<string, Groups> _groups;

    internal EmotionWheel(string name, IEnumerable<KeyValuePair<string, Groups>> groups)
    {
        Name = name;
        _groups = groups.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>What it is called, such as <c>wheel1</c>.</summary>
    public string Name { get; }

    /// <summary>The words the wheel knows.</summary>
    public IEnumerable<string> Words => _groups.Keys;

    /// <summary>Whether the wheel has a word.</summary>
    public bool Knows(string word) => _groups.ContainsKey(word);

    /// <summary>The group of a word; null where the wheel lacks it.</summary>
    /// <param name="word">A word of the wheel.</param>
    /// <param name="level">How fine the groups are.</param>
    public string? GroupOf(string word, WheelLevel level) => !_groups.TryGetValue(word, out var groups) ? null
        : level == WheelLevel.Coarse ? groups.Level1 : groups.Level2;

    /// <summary>The groups of one word.</summary>
    internal readonly record struct Groups(string Level1, string Level2);
}
