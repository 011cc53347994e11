using System.Globalization;
using System.Text;

namespace EmotionLlama.Scoring;

/// <summary>Reads lists of labels out of a table's field: a Python list literal such as <c>['happy', "can't
/// wait"]</c>, or words between commas.</summary>
internal static class LabelList
{
    private static readonly char[] Separators = [',', ';', '/', '、', '，'];

    /// <summary>Parses a field.</summary>
    /// <returns>The labels, trimmed; null where a list literal is malformed.</returns>
    public static IReadOnlyList<string>? Parse(string field)
    {
        var text = field.Trim();
        if (!text.StartsWith('['))
            return text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        var labels = new List<string>();
        var at = 1;
        while (true)
        {
            SkipSpace(text, ref at);
            if (at < text.Length && text[at] == ']')
                return at == text.Length - 1 ? labels : null;

            if (ReadString(text, ref at) is not { } label)
                return null;

            if (label.Trim() is { Length: > 0 } trimmed)
                labels.Add(trimmed);

            SkipSpace(text, ref at);
            if (at < text.Length && text[at] == ',')
                at++;
            else if (at >= text.Length || text[at] != ']')
                return null;
        }
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    private static string? ReadString(string text, ref int at)
    {
        if (at >= text.Length || text[at] is not ('\'' or '"'))
            return null;

        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] != '\\')
                value.Append(text[at++]);
            else if (!ReadEscape(text, ref at, value))
                return null;
        }

        return at++ < text.Length ? value.ToString() : null;
    }

    private static bool ReadEscape(string text, ref int at, StringBuilder value)
    {
        if (at + 1 >= text.Length)
            return false;

        var kind = text[at + 1];
        at += 2;
        var digits = kind switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits == 0)
        {
            // Python keeps the backslash of an escape that it does not know.
            value.Append(kind switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                '\\' or '\'' or '"' => $"{kind}",
                _ => $"\\{kind}",
            });
            return true;
        }

        if (at + digits > text.Length
            || !ushort.TryParse(
                text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return false;
        }

        value.Append((char)code);
        at += digits;
        return true;
    }
}
