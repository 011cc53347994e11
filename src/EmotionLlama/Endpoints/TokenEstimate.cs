namespace EmotionLlama.Endpoints;

/// <summary>Guesses how many tokens a text has, without the model's vocabulary.</summary>
internal static class TokenEstimate
{
    private const double CharactersPerToken = 4;
    private const double IdeographsPerToken = 1.5;

    /// <summary>Tokens of a message beyond its text: its role and its marks.</summary>
    private const int MessageTokens = 8;

    /// <summary>Tokens of a message.</summary>
    public static long OfMessage(string text) => MessageTokens + OfText(text);

    /// <summary>Tokens of a text.</summary>
    public static long OfText(string text)
    {
        // Everything from the radicals of Chinese on: kana, ideographs, Hangul, full-width signs.
        var ideographs = text.Count(letter => letter >= '\u2E80');
        return (long)Math.Ceiling(
            (ideographs / IdeographsPerToken) + ((text.Length - ideographs) / CharactersPerToken));
    }
}
