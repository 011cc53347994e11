using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Scoring.Judging;

/// <summary>Reads a score from 0 to 10 out of an answer: JSON anywhere in it, or text such as <c>Score: 7/10</c>,
/// <c>7.5 out of 10</c>, <c>得分：7</c> or a number alone. What could mean two scores means none.</summary>
internal static partial class ScoreReader
{
    private const double Highest = 10;

    // A number that is not the beginning of a longer one, of a percentage, or of a count of something.
    private const string Number =
        @"(?<value>-?\d+(?:\.\d+)?)(?![\d%]|[.,]\d|\s*(?:clues?|labels?|emotions?|of\s+the|个|条|%))";

    private const string Quotes = @"[\s""'`*_]{0,8}";
    private const string OutOf = @"(?:\s*(?:/|out\s+of|of)\s*(?<most>\d+(?:\.\d+)?))";
    private const string Range = @"(?<range>\s*分?\s*(?:-|–|—|~|to|or|到|至|或)\s*\d)";

    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        "score", "rating", "overlap", "overlap_score", "overlap_rating", "clue_overlap", "label_overlap",
        "final_score", "predicted_score", "得分", "分数", "评分", "打分", "预测分数", "重叠度", "重叠得分", "重叠分数",
    };

    /// <summary>Reads the score.</summary>
    /// <exception cref="UnreadableAnswerException">There is none, more than one, or one out of range.</exception>
    public static double Read(string answer)
    {
        var text = AnswerJson.WithoutThoughts(answer);
        var narrow = AnswerJson.Narrow(text);
        var values = ScoresIn(AnswerJson.FindJson(text));
        if (values.Count == 0)
            values = ScoresIn(AnswerJson.FindJson(narrow));

        double[] scores = [.. (values.Count > 0 ? values.Select(ReadValue) : ReadText(narrow)).Distinct()];
        return scores switch
        {
            [>= 0 and <= Highest] => scores[0],
            [var score] => throw new UnreadableAnswerException(
                string.Create(CultureInfo.InvariantCulture, $"its score {score} is not from 0 to 10")),
            [] => throw new UnreadableAnswerException("it has no score"),
            _ => throw new UnreadableAnswerException("it has more than one score"),
        };
    }

    /// <summary>The values of all keys that mean the score, in the outermost objects that have one.</summary>
    private static List<JsonElement> ScoresIn(IEnumerable<JsonElement> elements)
    {
        List<JsonElement> level = [.. elements];
        while (level.Count > 0)
        {
            List<JsonElement> scores =
            [
                .. level.Where(element => element.ValueKind == JsonValueKind.Object)
                    .SelectMany(element => element.EnumerateObject())
                    .Where(property => Keys.Contains(property.Name.Trim().Replace(' ', '_').Replace('-', '_')))
                    .Where(property => property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                    .Select(property => property.Value),
            ];
            if (scores.Count > 0)
                return scores;

            level =
            [
                .. level.SelectMany(element => element.ValueKind switch
                {
                    JsonValueKind.Object => element.EnumerateObject().Select(property => property.Value),
                    JsonValueKind.Array => element.EnumerateArray(),
                    _ => [],
                }),
            ];
        }

        return [];
    }

    private static double ReadValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when ReadText(AnswerJson.Narrow(value.GetString() ?? "")) is [var score] => score,
        _ => throw new UnreadableAnswerException($"its score {value.GetRawText()} is not a number"),
    };

    private static double[] ReadText(string narrow)
    {
        // Some models pad their JSON without end.
        var text = Scale().Replace(WhiteSpace().Replace(narrow, " "), " ");

        // JSON that ends in a digit may have lost the next one.
        if (text.Contains('{') && char.IsAsciiDigit(text.TrimEnd()[^1]))
            throw new UnreadableAnswerException("it breaks off");

        if (NumberAlone().Match(text) is { Success: true } alone)
            return [ValueOf(alone)];

        return [.. Labelled().Matches(text).Concat(OutOfTen().Matches(text)).Select(ValueOf).Distinct()];
    }

    private static double ValueOf(Match match)
    {
        if (match.Groups["range"].Success)
            throw new UnreadableAnswerException($"'{match.Value.Trim()}' is more than one score");

        var most = match.Groups["most"];
        return !most.Success || Parse(most) == Highest
            ? Parse(match.Groups["value"])
            : throw new UnreadableAnswerException($"'{match.Value.Trim()}' is not out of 10");
    }

    private static double Parse(Group number) => double.Parse(number.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    /// <summary>Mentions of the scale itself: "(0-10)", "from 1 to 10", "满分10分".</summary>
    [GeneratedRegex(
        @"(?:from\s+|从\s*)?(?<![\d.])[01]\s*分?\s*(?:-|–|—|~|to|到|至)\s*10(?![\d.]*\d)\s*分?"
            + @"|满分\s*(?:为|是)?\s*:?\s*10\s*分?|10\s*分制",
        RegexOptions.IgnoreCase)]
    private static partial Regex Scale();

    [GeneratedRegex(
        @"^[\s""'`*_()\[\]]*" + Number + @"\s*分?" + OutOf + @"?[\s""'`*_()\[\].。!]*$", RegexOptions.IgnoreCase)]
    private static partial Regex NumberAlone();

    [GeneratedRegex(
        @"(?:(?:\b(?:score|rating)\b|得分|分数|评分|打分|重叠度)" + Quotes + @"(?:\([^()]*\))?" + Quotes
            + @"(?:\b(?:is|of|was)\b|为|是)?" + Quotes + @"[:=]?|\boverlap\b" + Quotes + @"(?:\([^()]*\))?" + Quotes
            + "[:=])" + Quotes + Number + "(?:" + OutOf + "|" + Range + ")?",
        RegexOptions.IgnoreCase)]
    private static partial Regex Labelled();

    [GeneratedRegex(
        @"(?<![\d.,/-])" + Number
            + @"(?:\s*(?:/|out\s+of)\s*(?<most>10)(?![\d.]*\d)(?!\s*(?:clues?|labels?|emotions?))|\s*分(?![钟之种]))",
        RegexOptions.IgnoreCase)]
    private static partial Regex OutOfTen();
}
