using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Datasets;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>Reads emotion words out of an answer: JSON anywhere in it, or single words between commas or on lines, or
/// short phrases under a heading. Sentences are no emotion words, and neither is "no idea".</summary>
internal static partial class EmotionListReader
{
    private const int MostWords = 4;
    private const int MostLetters = 40;
    private const int MostEmotions = 32;
    private const int MostIdeographs = 6;

    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        "emotions", "emotion", "labels", "label", "emotion_labels", "情感", "情绪", "情感词", "情绪词", "情感标签",
    };

    private static readonly HashSet<string> Nothing = new(StringComparer.OrdinalIgnoreCase)
    {
        "none", "n/a", "unknown", "unclear", "uncertain",
        "无", "没有", "未知", "不明", "不确定", "不清楚", "无法判断", "无法确定",
    };

    /// <summary>Reads the emotions; an empty list where the answer says that there are none.</summary>
    /// <exception cref="UnreadableAnswerException">The answer is something else.</exception>
    public static IReadOnlyList<string> Read(string answer)
    {
        var text = AnswerJson.WithoutThoughts(answer);
        List<string[]> lists =
        [
            .. AnswerJson.FindJson(text).Select(ReadJson).OfType<string[]>(),
        ];
        var words = lists switch
        {
            [var only] => only,
            [] => ReadText(text),
            [var first, .. var rest] when rest.All(other => other.SequenceEqual(first)) => first,
            _ => throw new UnreadableAnswerException("it has more than one list of emotions"),
        };
        string[] emotions =
        [
            .. words.Select(word => word.Trim().TrimEnd('.', '。').Trim())
                .Where(word => !Nothing.Contains(word))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        if (words.Length == 0 || (emotions.Length <= MostEmotions && emotions.All(IsEmotion)))
            return emotions;

        throw new UnreadableAnswerException("it is not a list of emotion words");
    }

    private static string[]? ReadJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .Where(property => Keys.Contains(property.Name.Trim()))
            .Select(property => ReadList(property.Value))
            .FirstOrDefault(),
        JsonValueKind.Array => ReadList(element),
        _ => null,
    };

    private static string[]? ReadList(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. value.EnumerateArray().Select(item => item.GetString()!)],
        JsonValueKind.String => Split(value.GetString()!),
        _ => null,
    };

    private static string[] ReadText(string text)
    {
        if (text.Length == 0)
            throw new UnreadableAnswerException("it is empty");
        if (Refusal.Is(text))
            throw new UnreadableAnswerException("it is a refusal");

        var list = Fence().Replace(text, "").Trim();
        var heading = Heading().Match(list);
        var words = Split(list[heading.Length..]);
        return words.Length > 0 && (heading.Success || words.All(IsWord))
            ? words
            : throw new UnreadableAnswerException("it is not a list of emotion words");
    }

    private static string[] Split(string text) =>
        [.. Separators().Split(text).Select(word => Bullet().Replace(word, "").Trim(' ', '"', '\'', '“', '”', '*', '`'))
            .Where(word => word.Length > 0)];

    /// <summary>Whether what stands alone is a word: Chinese sentences have no spaces, but are longer.</summary>
    private static bool IsWord(string word) =>
        !word.Contains(' ') && word.Count(letter => letter >= '\u2E80') <= MostIdeographs;

    private static bool IsEmotion(string word) =>
        word.Length <= MostLetters && word.Split(' ').Length <= MostWords && Letters().IsMatch(word);

    [GeneratedRegex(
        @"^\W*(?:[\p{L} ]{0,30}(?:emotions?|labels?)[\p{L} ]{0,10}|情感|情绪|情感词|情绪词|输出结果)\W*[:：]",
        RegexOptions.IgnoreCase)]
    private static partial Regex Heading();

    [GeneratedRegex(@"```\w*")]
    private static partial Regex Fence();

    [GeneratedRegex(@"[,;、，；/\n]")]
    private static partial Regex Separators();

    [GeneratedRegex(@"^\s*(?:[-*•]|\d+[.)、])\s*")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^\p{L}[\p{L}\p{M}'’ -]*$")]
    private static partial Regex Letters();
}
