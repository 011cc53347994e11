using System.Text.RegularExpressions;

namespace EmotionLlama.Datasets;

/// <summary>
/// What the original project's <c>blip_caption</c> processor makes of an answer before it is learned: lower case, no
/// full stops or other sentence marks, single spaces, a limited number of words.
/// </summary>
public sealed partial class BlipCaptionProcessor
{
    /// <summary>Creates a processor.</summary>
    /// <param name="maxWords">How many words are kept; 200 in the original.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWords"/> is below 1.</exception>
    public BlipCaptionProcessor(int maxWords = 200)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWords, 1);
        MaxWords = maxWords;
    }

    /// <summary>How many words are kept.</summary>
    public int MaxWords { get; }

    /// <summary>Processes a caption.</summary>
    public string Process(string caption)
    {
        var unmarked = SentenceMarks().Replace(caption.ToLowerInvariant(), " ");
        var spaced = WideSpaces().Replace(unmarked, " ").TrimEnd('\n').Trim(' ');
        var words = spaced.Split(' ');
        return words.Length > MaxWords ? string.Join(' ', words[..MaxWords]) : spaced;
    }

    [GeneratedRegex("""[.!"()*#:;~]""")]
    private static partial Regex SentenceMarks();

    // Python counts the four separator controls as white space, .NET does not.
    [GeneratedRegex("""[\s\x1C-\x1F]{2,}""")]
    private static partial Regex WideSpaces();
}
