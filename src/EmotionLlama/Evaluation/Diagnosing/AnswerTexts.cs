using System.Text.RegularExpressions;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Measures answers as texts. Words are runs of letters and digits, in any case; a Chinese character is a word of
/// its own.</summary>
public static partial class AnswerTexts
{
    /// <summary>Compares answers with the annotations of the same clips.</summary>
    /// <param name="texts">Each clip's answer and annotation; at least one.</param>
    /// <param name="mentionsClue">Whether a text mentions a clue.</param>
    public static AnswerStatistics Measure(
        IReadOnlyList<(string Answer, string Expected)> texts, Predicate<string> mentionsClue)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(mentionsClue);
        var answers = texts.Select(text => Words(text.Answer)).ToList();
        var expected = texts.Select(text => Words(text.Expected)).ToList();
        var withClue = texts.Where(text => mentionsClue(text.Expected)).ToList();
        return new AnswerStatistics
        {
            WithoutClue = withClue.Count > 0
                ? (double)withClue.Count(text => !mentionsClue(text.Answer)) / withClue.Count
                : null,
            Words = answers.Average(words => words.Count),
            ExpectedWords = expected.Average(words => words.Count),
            Distinct1 = Distinct(answers, length: 1),
            Distinct2 = Distinct(answers, length: 2),
            ExpectedDistinct1 = Distinct(expected, length: 1),
            ExpectedDistinct2 = Distinct(expected, length: 2),
        };
    }

    /// <summary>Distinct n-grams of all texts together, divided by all n-grams: Li et al., NAACL 2016, section 5. 0
    /// without any.</summary>
    internal static double Distinct(IEnumerable<IReadOnlyList<string>> texts, int length)
    {
        var distinct = new HashSet<string>();
        var count = 0;
        foreach (var words in texts)
        {
            for (var start = 0; start + length <= words.Count; start++, count++)
                distinct.Add(string.Join(' ', words.Skip(start).Take(length)));
        }

        return count > 0 ? (double)distinct.Count / count : 0;
    }

    internal static IReadOnlyList<string> Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}|(?:(?!\p{IsCJKUnifiedIdeographs})[\p{L}\p{N}])+(?:['’]\p{L}+)?")]
    private static partial Regex Word();
}
