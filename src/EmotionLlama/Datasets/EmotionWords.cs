using System.Collections.Frozen;
using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets;

/// <summary>Finds the label that a free description of an emotion stands for.</summary>
public static class EmotionWords
{
    // Words that mean a feeling in a list of feelings, but something else too often in running text.
    private static readonly FrozenDictionary<string, Emotion> InLists = new Dictionary<string, Emotion>
    {
        ["composed"] = Emotion.Neutral,
        ["grateful"] = Emotion.Happy,
        ["content"] = Emotion.Happy,
        ["concern"] = Emotion.Worried,
        ["surprising"] = Emotion.Surprise,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The label of MERR of the first word that has one: <c>"grateful, then sad"</c> is happy.</summary>
    /// <returns>Null where no word has one.</returns>
    public static Emotion? FindLabel(string description)
    {
        ArgumentNullException.ThrowIfNull(description);
        var lower = description.ToLowerInvariant();
        var start = 0;
        for (var end = 0; end <= lower.Length; end++)
        {
            if (end < lower.Length && char.IsLetter(lower[end]))
                continue;

            var word = lower.AsSpan(start..end);
            if ((EmotionLexicon.TryGet(word, out var label)
                || InLists.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out label))
                && LabelScheme.Merr.Labels().Contains(label))
            {
                return label;
            }

            start = end + 1;
        }

        return null;
    }
}
