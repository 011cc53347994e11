using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring.Clues;

/// <summary>The content words of what is said, as a description quotes or reports it.</summary>
internal static partial class SpokenContent
{
    private static readonly FrozenSet<string> FunctionWords = FrozenSet.Create(
        "a", "an", "the", "and", "or", "but", "if", "so", "to", "of", "in", "on", "at", "for", "with", "by", "from",
        "as",
        "is", "am", "are", "was", "were", "be", "been", "do", "does", "did", "have", "has", "had", "i", "you", "he",
        "she",
        "it", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "its", "our", "their", "this",
        "that",
        "these", "those", "not", "no", "will", "would", "can", "could", "just", "oh", "ah", "well", "then", "there",
        "which", "what", "who");

    /// <summary>The different content words, in lower case.</summary>
    public static HashSet<string> Read(string text)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (start, length) in Quotation.Find(text))
            AddWords(text.AsSpan(start, length), words);

        foreach (Match report in Reports().Matches(text))
            AddWords(report.Groups["said"].ValueSpan, words);

        return words;
    }

    private static void AddWords(ReadOnlySpan<char> said, HashSet<string> words)
    {
        var lower = said.ToString().ToLowerInvariant();
        foreach (var match in Words().EnumerateMatches(lower))
        {
            var word = lower.Substring(match.Index, match.Length);
            if (HanText.IsHan(word[0]))
            {
                for (var at = 0; at + 1 < word.Length; at++)
                    words.Add(word.Substring(at, 2));
            }
            else if (!FunctionWords.Contains(word))
            {
                words.Add(word);
            }
        }
    }

    [GeneratedRegex(@"[\u4e00-\u9fff]+|[\p{L}\p{N}-[\u4e00-\u9fff]]+")]
    private static partial Regex Words();

    /// <summary>What a clause says the words are about.</summary>
    [GeneratedRegex("""
        \b(?:tells?\ of|news\ (?:about|of)|talk(?:s|ing)\ about|speak(?:s|ing)\ (?:about|of))
        \ (?<said>[^.,;:!?"“]{3,80})
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Reports();
}
