namespace EmotionLlama;

/// <summary>Text from a file, made fit for an error of one line: a hostile name could else fill the terminal or
/// control it.</summary>
public static class PrintableText
{
    private const int MaxLength = 300;

    /// <summary>The text without control characters, cut where it is very long.</summary>
    public static string Printable(this string text)
    {
        var shown = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > MaxLength ? shown + "…" : shown;
    }
}
