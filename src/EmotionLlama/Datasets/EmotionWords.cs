namespace EmotionLlama.Datasets;

/// <summary>Finds the label that a free description of an emotion stands for.</summary>
public static class EmotionWords
{
    private static readonly Dictionary<Emotion, string[]> Words = new()
    {
        [Emotion.Neutral] = ["neutral", "calm", "composed"],
        [Emotion.Angry] =
            ["angry", "anger", "angered", "furious", "fury", "rage", "irritated", "annoyed", "resentful", "indignant"],
        [Emotion.Happy] =
        [
            "happy", "happiness", "joy", "joyful", "glad", "cheerful", "delighted", "pleased", "excited", "amused",
            "grateful", "content",
        ],
        [Emotion.Sad] =
            ["sad", "sadness", "sorrow", "grief", "unhappy", "depressed", "heartbroken", "disappointed"],
        [Emotion.Worried] = ["worried", "worry", "anxious", "anxiety", "concerned", "concern", "nervous", "uneasy"],
        [Emotion.Surprise] =
            ["surprise", "surprised", "surprising", "astonished", "astonishment", "amazed", "shocked"],
        [Emotion.Fear] = ["fear", "fearful", "afraid", "scared", "frightened", "terrified", "panic"],
        [Emotion.Contempt] = ["contempt", "contemptuous", "disdain", "scorn", "scornful"],
        [Emotion.Doubt] =
            ["doubt", "doubtful", "confused", "confusion", "puzzled", "suspicious", "sceptical", "skeptical"],
    };

    private static readonly Dictionary<string, Emotion> Labels = Words
        .SelectMany(entry => entry.Value.Select(word => (word, entry.Key)))
        .ToDictionary(pair => pair.word, pair => pair.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>The label of the first word that has one: <c>"grateful, then sad"</c> is happy.</summary>
    /// <returns>Null where no word has one.</returns>
    public static Emotion? FindLabel(string description)
    {
        var start = 0;
        for (var end = 0; end <= description.Length; end++)
        {
            if (end < description.Length && char.IsLetter(description[end]))
                continue;

            if (Labels.TryGetValue(description[start..end], out var label))
                return label;

            start = end + 1;
        }

        return null;
    }
}
