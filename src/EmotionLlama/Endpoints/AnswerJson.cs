using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmotionLlama.Endpoints;

/// <summary>Finds JSON in what a language model wrote.</summary>
internal static partial class AnswerJson
{
    private static readonly JsonDocumentOptions Tolerant = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>An answer without the thoughts that some models write before it.</summary>
    public static string WithoutThoughts(string answer) => Thoughts().Replace(answer, "").Trim();

    /// <summary>Full-width letters, digits, signs and spaces as those of ASCII.</summary>
    public static string Narrow(string text) => string.Create(text.Length, text, static (narrow, wide) =>
    {
        for (var i = 0; i < wide.Length; i++)
        {
            narrow[i] = wide[i] switch
            {
                >= '\uFF01' and <= '\uFF5E' and var letter => (char)(letter - 0xFEE0),
                '\u3000' => ' ',
                var other => other,
            };
        }
    });

    /// <summary>All JSON objects and arrays in a text that are not part of another one, such as those in code fences.
    /// </summary>
    public static IEnumerable<JsonElement> FindJson(string text)
    {
        for (var start = text.AsSpan().IndexOfAny('{', '['); start >= 0;)
        {
            var end = EndOf(text, start);
            var next = start + 1;
            if (end > 0 && TryParse(text[start..end]) is { } element)
            {
                yield return element;
                next = end;
            }

            var offset = text.AsSpan(next).IndexOfAny('{', '[');
            start = offset < 0 ? -1 : next + offset;
        }
    }

    /// <summary>Where the brackets opened at a place are all closed again; -1 where they never are.</summary>
    private static int EndOf(string text, int start)
    {
        var (depth, inString) = (0, false);
        for (var i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when inString:
                    i++;
                    break;
                case '"':
                    inString = !inString;
                    break;
                case '{' or '[' when !inString:
                    depth++;
                    break;
                case '}' or ']' when !inString && --depth == 0:
                    return i + 1;
            }
        }

        return -1;
    }

    private static JsonElement? TryParse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Tolerant);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"<think(?:ing)?>.*?</think(?:ing)?>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Thoughts();
}
