using System.Text.RegularExpressions;

namespace EmotionLlama.Datasets;

/// <summary>Recognizes captions in which a language model refused to caption.</summary>
internal static partial class Refusal
{
    /// <summary>Whether a sentence of a caption begins like a refusal, or the caption mentions being a model. What
    /// stands in double quotes is somebody's speech and does not count.</summary>
    public static bool Is(string caption) => Phrases().IsMatch(Speech().Replace(caption, "…"));

    [GeneratedRegex("""["“][^"”]*["”]""")]
    private static partial Regex Speech();

    [GeneratedRegex(
        """
        (?:^|[.!?:]\s+|\n)\s*
        (?:(?:unfortunately|sorry|however),?\s+)?
        (?:but\s+)?
        (?:I(?:\s+am|['’]m)\s+(?:very\s+|really\s+)?(?:sorry|unable|not\s+able)
          |I\s+(?:cannot|can\s?not|can['’]t|could\s+not|couldn['’]t|won['’]t|will\s+not)
          |I\s+(?:do\s+not|don['’]t)\s+have
          |I\s+apologi[sz]e
          |my\s+apologies)\b
        |\bas\s+an?\s+(?:AI|artificial\s+intelligence|(?:large\s+)?language\s+model)\b
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Phrases();
}
