using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring.Clues;

/// <summary>What a text quotes.</summary>
internal static partial class Quotation
{
    /// <summary>The places between quotation marks.</summary>
    public static List<(int Start, int Length)> Find(string text) =>
        [.. Quoted().Matches(text).Select(match => match.Groups["said"]).Select(said => (said.Index, said.Length))];

    /// <summary>The text with spaces for what it quotes, as long as before.</summary>
    public static string WithoutQuotes(string text) => Blank(text, Find(text));

    /// <summary>The text with spaces in these places, as long as before.</summary>
    public static string Blank(string text, IReadOnlyList<(int Start, int Length)> places)
    {
        var letters = text.ToCharArray();
        foreach (var (start, length) in places)
            letters.AsSpan(start, length).Fill(' ');

        return new(letters);
    }

    [GeneratedRegex("""
        "(?<said>[^"\n]{1,800})"|“(?<said>[^”]{1,800})”|「(?<said>[^」]{1,800})」
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Quoted();
}
