namespace EmotionLlama.World;

/// <summary>Lays the syllables of a sentence out in time.</summary>
internal static class SpeechTiming
{
    private const string Vowels = "aeiouy";
    private const string Hisses = "sfzcxv";

    /// <summary>The syllables of a text spoken at a rate, up to the end of the clip: what does not fit is cut off, as
    /// in a clip cut from a longer recording.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="rate">Syllables a second.</param>
    /// <param name="start">When the first syllable starts, in seconds.</param>
    /// <param name="end">When the last one must be over, in seconds.</param>
    public static IReadOnlyList<Syllable> Lay(string text, double rate, double start, double end)
    {
        var syllables = new List<Syllable>();
        foreach (var (vowel, hiss) in Split(text))
        {
            var time = start + (syllables.Count / rate);
            if (time + (1 / rate) > end)
                break;

            syllables.Add(new Syllable(time, 1 / rate, vowel, hiss));
        }

        return syllables;
    }

    /// <summary>The number of syllables of a text: its groups of vowel letters.</summary>
    public static int Count(string text) => Split(text).Count();

    private static IEnumerable<(char Vowel, bool Hiss)> Split(string text)
    {
        var insideVowels = false;
        var hiss = false;
        foreach (var letter in text.Select(char.ToLowerInvariant))
        {
            if (!Vowels.Contains(letter))
            {
                insideVowels = false;
                hiss |= Hisses.Contains(letter);
                continue;
            }

            if (!insideVowels)
                yield return (letter == 'y' ? 'i' : letter, hiss);

            (insideVowels, hiss) = (true, false);
        }
    }
}
