using System.Globalization;

namespace EmotionLlama.Evaluation.Diagnosing;

/// <summary>Something to do about a trouble.</summary>
/// <param name="Text">What, in words.</param>
/// <param name="Key">The recipe key that does it; null where none does.</param>
/// <param name="Value">The key's new value, in YAML.</param>
public sealed record Advice(string Text, string? Key = null, string? Value = null)
{
    /// <summary>Another value for a key that has one, "raise KEY from A to B".</summary>
    public static Advice Change(string key, double from, double to) => new(
        $"{(to > from ? "raise" : "lower")} {key} from {Number(from)} to {Number(to)}", key, Number(to));

    /// <summary>A value for a key, "set KEY: VALUE".</summary>
    public static Advice Set(string key, string value) => new($"set {key}: {value}", key, value);

    private static string Number(double value) =>
        value.ToString("G3", CultureInfo.InvariantCulture).Replace('E', 'e');
}
