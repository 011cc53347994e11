using System.Globalization;
using System.Text;

namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>The escaped texts of the oldest pickle protocol.</summary>
internal static class PythonLiterals
{
    /// <summary>The text of a quoted literal, such as <c>'a\n'</c>.</summary>
    /// <exception cref="PickleException">The quotes are missing or an escape is not known.</exception>
    public static string Unquote(string literal)
    {
        if (literal.Length < 2 || literal[0] != literal[^1] || literal[0] is not ('\'' or '"'))
            throw new PickleException("a text without its quotes");

        return Unescape(literal.AsSpan(1, literal.Length - 2), escape => escape switch
        {
            'n' => ("\n", 0),
            'r' => ("\r", 0),
            't' => ("\t", 0),
            '\\' or '\'' or '"' => (escape.ToString(), 0),
            'x' => (null, 2),
            _ => throw UnknownEscape(escape),
        });
    }

    /// <summary>The text of a line in which <c>\uXXXX</c> and <c>\UXXXXXXXX</c> are the only escapes.</summary>
    /// <exception cref="PickleException">An escape is cut short or names no character.</exception>
    public static string UnescapeUnicode(string line) => Unescape(line, escape => escape switch
    {
        'u' => (null, 4),
        'U' => (null, 8),
        _ => ("\\" + escape, 0),
    });

    /// <param name="text">The escaped text.</param>
    /// <param name="rule">From the character behind a backslash: what it stands for, or the number of hexadecimal
    /// digits that follow.</param>
    private static string Unescape(ReadOnlySpan<char> text, Func<char, (string? Text, int Digits)> rule)
    {
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            if (++i == text.Length)
                throw new PickleException("a text ends in the middle of an escape");

            var (replacement, digits) = rule(text[i]);
            result.Append(replacement ?? ReadCharacter(text[(i + 1)..], digits));
            i += digits;
        }

        return result.ToString();
    }

    private static string ReadCharacter(ReadOnlySpan<char> text, int digits)
    {
        if (text.Length < digits
            || !int.TryParse(text[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw new PickleException("a text holds a damaged escape");
        }

        // A pair of surrogates may be written as two escapes, so half of a pair is let through here.
        return code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }

    private static PickleException UnknownEscape(char escape) => new($"a text holds the unknown escape \\{escape}");
}
