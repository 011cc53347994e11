using System.Text.RegularExpressions;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Endpoints;

/// <summary>A prompt with places such as <c>{truth}</c> to be filled.</summary>
internal sealed partial class PromptTemplate
{
    private readonly string _text;

    /// <summary>Takes a prompt's text.</summary>
    /// <param name="source">Where it comes from, for error messages.</param>
    /// <param name="text">The text.</param>
    /// <param name="places">The names of all its places; each must occur.</param>
    /// <exception cref="InputException">A place is missing, or there is one that nothing fills.</exception>
    public PromptTemplate(string source, string text, params IReadOnlyList<string> places)
    {
        _text = text.ReplaceLineEndings("\n").Trim();
        var found = Places().Matches(_text).Select(match => match.Groups[1].Value).ToHashSet();
        if (found.FirstOrDefault(place => !places.Contains(place)) is { } unknown)
        {
            throw new InputException($"{source}: nothing fills {{{unknown}}}; did you mean "
                + $"{{{Spelling.Nearest(unknown, places)}}}?");
        }

        if (places.FirstOrDefault(place => !found.Contains(place)) is { } missing)
            throw new InputException($"{source}: has no place for {{{missing}}}; write it where that text belongs");
    }

    /// <summary>The prompt with its places filled. What is filled in is not searched for places.</summary>
    public string Fill(params IEnumerable<(string Place, string Text)> values)
    {
        var texts = values.ToDictionary(value => value.Place, value => value.Text.Trim());
        return Places().Replace(_text, match => texts[match.Groups[1].Value]);
    }

    [GeneratedRegex(@"\{([A-Za-z_]+)\}")]
    private static partial Regex Places();
}
