namespace EmotionLlama.Scoring.Clues;

/// <summary>A class of words of the lexicon.</summary>
/// <param name="Index">Its place among all classes.</param>
/// <param name="IsNoun">Whether its words are what others describe.</param>
/// <param name="Words">Whole words.</param>
/// <param name="Prefixes">Beginnings of words.</param>
internal sealed record WordSet(int Index, bool IsNoun, IReadOnlyList<string> Words, IReadOnlyList<string> Prefixes)
{
    /// <summary>Makes a class out of words; a star at the end of one stands for any ending.</summary>
    public static WordSet Create(int index, bool isNoun, IEnumerable<string> words)
    {
        var all = words.ToArray();
        return new(
            index,
            isNoun,
            [.. all.Where(word => !word.EndsWith('*'))],
            [.. all.Where(word => word.EndsWith('*')).Select(word => word[..^1])]);
    }
}
