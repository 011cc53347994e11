using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration.Binding;

/// <summary>Single values of a recipe as text, both ways.</summary>
internal static partial class ScalarText
{
    /// <summary>Whether a node is YAML's null, or Python's.</summary>
    public static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } scalar && IsNullWord(scalar.Value ?? "");

    /// <summary>Reads a value of a type that recipes have: text, a truth value, a number or an enum; null where the
    /// text is none. Python's spellings and <c>1e-5</c>, text to YAML 1.1, are read as what they mean.</summary>
    public static object? Read(Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return ReadBool(text);
        if (type.IsEnum)
            return EnumNames.Of(type)
                .FirstOrDefault(value => value.Names.Contains(text, StringComparer.OrdinalIgnoreCase))?.Value;

        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number);
        if (type == typeof(double))
            return isNumber ? number : null;
        if (type == typeof(int))
            return isNumber && number == (int)number ? (int)number : null;
        if (type == typeof(long))
            return long.TryParse(text, CultureInfo.InvariantCulture, out var whole) ? whole : null;

        throw new NotSupportedException($"recipes have no values of type {type}");
    }

    /// <summary>Writes a value so that <see cref="Read"/> gives it back.</summary>
    public static YamlScalarNode Write(object? value) => value switch
    {
        null => new YamlScalarNode("null"),
        bool truth => new YamlScalarNode(truth ? "true" : "false"),
        double number => new YamlScalarNode(number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e')),
        Enum => new YamlScalarNode(EnumNames.Of(value.GetType()).First(names => names.Value.Equals(value)).Names[0]),
        string text => WriteText(text),
        _ => new YamlScalarNode(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };

    private static YamlScalarNode WriteText(string text) => new(text)
    {
        Style = PlainText().IsMatch(text) && !IsNullWord(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted,
    };

    private static bool IsNullWord(string text) => text is "" or "~" or "null" or "Null" or "NULL" or "None";

    private static object? ReadBool(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };

    // What needs no quotes in any version of YAML: a word or a path.
    [GeneratedRegex(@"^[A-Za-z_/.][A-Za-z0-9_/.\-]*$")]
    private static partial Regex PlainText();
}
