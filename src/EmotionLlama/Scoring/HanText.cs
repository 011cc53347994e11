namespace EmotionLlama.Scoring;

/// <summary>Tells Chinese texts from others.</summary>
internal static class HanText
{
    /// <summary>Whether most letters of a text are Chinese characters.</summary>
    public static bool Is(string text)
    {
        var letters = 0;
        var han = 0;
        foreach (var letter in text)
        {
            letters += char.IsLetter(letter) ? 1 : 0;
            han += IsHan(letter) ? 1 : 0;
        }

        return han > 0 && 2 * han >= letters;
    }

    /// <summary>Whether a letter is a Chinese character.</summary>
    public static bool IsHan(char letter) => letter is >= '\u4e00' and <= '\u9fff';
}
