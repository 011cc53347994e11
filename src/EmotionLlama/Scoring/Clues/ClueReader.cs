using System.Globalization;
using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring.Clues;

/// <summary>Finds the clues a text tells: action units and expressions of the face, the voice, what is said, the body
/// and the scene, in English or Chinese.</summary>
/// <remarks>What stands in quotes is said, not seen: it yields no clue but those of words, such as thanks or a
/// question. Codes of action units (<c>AU12</c>) count as the clue they stand for.</remarks>
public static partial class ClueReader
{
    /// <summary>Every mention of a clue, in the order of the text.</summary>
    public static IReadOnlyList<ClueMention> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lexicon = ClueLexicon.English;
        var quotes = Quotation.Find(text);
        var mentions = new List<ClueMention>();
        var unquoted = Quotation.Blank(text, quotes);
        if (HanText.Is(text))
            ChineseClues.Find(unquoted, mentions);
        else
            lexicon.Find(unquoted, pattern => true, 0, mentions);

        foreach (var (start, length) in quotes)
        {
            var quote = text.Substring(start, length);
            lexicon.Find(quote, pattern => pattern.InQuotes, start, mentions);
            FindMarks(quote, start, mentions);
        }

        foreach (Match code in ActionUnits().Matches(text))
        {
            var unit = int.Parse(code.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (lexicon.ClueOfUnit(unit) is { } clue)
                mentions.Add(new(code.Index, code.Length, clue));
        }

        return [.. mentions.Distinct().OrderBy(mention => mention.Start).ThenBy(mention => mention.Length)];
    }

    private static void FindMarks(string quote, int start, List<ClueMention> mentions)
    {
        AddMark('?', '？', "question");
        AddMark('!', '！', "exclamation");

        void AddMark(char mark, char wideMark, string name)
        {
            var place = quote.AsSpan().IndexOfAny(mark, wideMark);
            if (place >= 0)
                mentions.Add(new(start + place, 1, new("words", name)));
        }
    }

    [GeneratedRegex(@"\bAU\s?0?(\d{1,2})(?!\d)", RegexOptions.IgnoreCase)]
    private static partial Regex ActionUnits();
}
