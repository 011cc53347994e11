using System.Text.RegularExpressions;

namespace EmotionLlama.Scoring.Wheel;

/// <summary>Reads the emotion words of Chinese texts.</summary>
internal static partial class ChineseLabels
{
    private static readonly IReadOnlyList<(string Label, Regex Words)> Lexicon = [.. Load()];

    /// <summary>The words of a text that quotes nothing, as English labels in the order of the text.</summary>
    public static List<LabelMention> Read(string text)
    {
        var conclusions = Conclusions().Matches(text);
        var mentions =
            from entry in Lexicon
            from match in entry.Words.Matches(text)
            where !HanPhrase.IsNegated(text, match.Index)
            orderby match.Index
            let concludes = conclusions.Any(end => match.Index >= end.Index && match.Index < end.Index + end.Length)
            let describes = ClueBehind().IsMatch(text, match.Index + match.Length)
                || ClueBefore().IsMatch(text.AsSpan(0, match.Index))
            select new LabelMention(entry.Label, concludes, describes);
        return [.. mentions];
    }

    private static IEnumerable<(string Label, Regex Words)> Load() =>
        from entry in LexiconResource.ReadTexts(LexiconResource.ReadRoot("emotions-chinese.yaml"))
        select (entry.Key, HanPhrase.Compile(entry.Value.Split(' ')));

    /// <summary>What follows a concluding word in its sentence.</summary>
    [GeneratedRegex("(?:推断|推测|因此|所以|综上|可见)[^。；！？\n]*")]
    private static partial Regex Conclusions();

    [GeneratedRegex(@"\G的?(?:声音|语气|语调|表情|面部|脸|眼神|目光|姿态|微笑|笑容|氛围)")]
    private static partial Regex ClueBehind();

    [GeneratedRegex(
        "(?:声音|语气|语调|表情|面部|脸|眼神|目光|姿态|氛围)(?:显得|相对|比较|较为|非常|十分|有些|略显|很|较|是)*$",
        RegexOptions.RightToLeft)]
    private static partial Regex ClueBefore();
}
