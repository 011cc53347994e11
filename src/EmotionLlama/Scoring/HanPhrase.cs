using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring;

/// <summary>Finds phrases in Chinese texts, which have no spaces between words.</summary>
internal static partial class HanPhrase
{
    private const int NegationReach = 8;

    /// <summary>Makes an expression for phrases; <c>A..B</c> is A and B in that order with up to six characters of the
    /// same clause between.</summary>
    public static Regex Compile(IEnumerable<string> phrases) => new(
        string.Join('|', phrases.Select(phrase => Regex.Escape(phrase).Replace(@"\.\.", "[^，。；、！？,;.]{0,6}?"))),
        RegexOptions.CultureInvariant);

    /// <summary>Whether the text denies what begins at a place.</summary>
    public static bool IsNegated(string text, int start)
    {
        var before = text.AsSpan(Math.Max(0, start - NegationReach), Math.Min(start, NegationReach));
        return Negation().IsMatch(before);
    }

    /// <summary>A negation right before; 不 in 不停 (incessantly), 不禁 (cannot help) and so on denies nothing.</summary>
    [GeneratedRegex("(?:没有?|并未|未|无法|毫无|毫不|并不|不再|不太|不是|不|并无|缺乏)(?:任何|明显|什么|太|大|那么|显得|表现出|感到|得)*的?$")]
    private static partial Regex Negation();
}
