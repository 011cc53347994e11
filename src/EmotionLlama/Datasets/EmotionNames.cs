using EmotionLlama.Configuration;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Datasets;

/// <summary>The words of the emotion labels, as the annotations write them.</summary>
public static class EmotionNames
{
    private static readonly string[] Names =
        [.. Enum.GetValues<Emotion>().Select(emotion => emotion.ToString().ToLowerInvariant())];

    /// <summary>The nine labels of MERR in the order of <see cref="Emotion"/>: neutral, angry, happy, sad, worried,
    /// surprise, fear, contempt, doubt.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. LabelScheme.Merr.Labels().Select(emotion => emotion.ToText())];

    /// <summary>The lower-case word of a label, such as <c>worried</c>.</summary>
    public static string ToText(this Emotion emotion) => Names[(int)emotion];

    /// <summary>The label of a word; upper and lower case are one.</summary>
    /// <returns>False where the word is no label.</returns>
    public static bool TryParse(string text, out Emotion emotion)
    {
        var index = Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        emotion = (Emotion)Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>The label of a word.</summary>
    /// <exception cref="InputException">The word is no label; the message lists those of MERR and suggests the
    /// nearest.</exception>
    public static Emotion Parse(string text) =>
        TryParse(text, out var emotion) ? emotion : throw new InputException(Unknown(text));

    /// <summary>What to say about a word that is no label.</summary>
    internal static string Unknown(string text) => Unknown(text, All);

    /// <summary>What to say about a word that is none of some labels.</summary>
    internal static string Unknown(string text, IReadOnlyList<string> labels) =>
        $"unknown emotion '{text.Printable()}'; did you mean '{Spelling.Nearest(text.ToLowerInvariant(), labels)}'? "
        + $"The labels are {string.Join(", ", labels)}";
}
