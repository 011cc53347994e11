using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Evaluation;
using EmotionLlama.Scoring.Clues;

namespace EmotionLlama.Construction;

/// <summary>Finds what must not become training data: refusals, contradictions, captions that are too short or too
/// long.</summary>
/// <param name="recipe">How long captions may be.</param>
internal sealed class ClipCheck(ConstructionRecipe recipe)
{
    /// <summary>Checks a clue, before more is asked.</summary>
    /// <param name="source">Whose clue: <c>vision model</c>.</param>
    /// <param name="clue">The clue; null where there is none.</param>
    /// <param name="label">The face's emotion.</param>
    /// <returns>Why the clip is dropped; null where it is not.</returns>
    public static ClipDrop? Clue(string source, string? clue, Emotion label)
    {
        if (clue is null)
            return null;
        if (Refusal.Is(clue))
            return new(DropReason.Refusal, $"the {source} refuses: {Shorten(clue)}");

        return EmotionLabelParser.Parse(clue) is { } named && EmotionValence.AreOpposite(named, label)
            ? Contradiction($"the {source} names {named.ToText()}, the face {label.ToText()}")
            : null;
    }

    /// <summary>Checks whether the frame's description denies what the face does.</summary>
    /// <param name="clue">What the vision model saw; null where there is none.</param>
    /// <param name="units">The action units of the frame with their intensities.</param>
    public static ClipDrop? Face(string? clue, IReadOnlyDictionary<int, double> units)
    {
        if (clue is null)
            return null;

        var denied = ClueReader.Read(clue).Where(mention => mention.Clue.Negated)
            .Select(mention => mention.Clue with { Negated = false })
            .ToHashSet();
        foreach (var (unit, intensity) in units)
        {
            if (intensity >= ActionUnit.MarkedFrom && ClueLexicon.English.ClueOfUnit(unit) is { } shown
                && denied.Contains(shown))
            {
                return Contradiction(
                    $"the vision model denies '{shown.Name}', which is {ActionUnit.CodeOf(unit)} of the face");
            }
        }

        return null;
    }

    /// <summary>Checks what a model made of all clues.</summary>
    public ClipDrop? Result(Synthesis? synthesis, Emotion label)
    {
        if (synthesis is null)
            return new(DropReason.Refusal, "the text model refuses");

        var captions = new[] { ("description", synthesis.Description), ("reasoning", synthesis.Reasoning) };
        foreach (var (name, text) in captions)
        {
            if (Refusal.Is(text))
                return new(DropReason.Refusal, $"the {name} refuses: {Shorten(text)}");
        }

        if (!synthesis.Consistent)
            return Contradiction("the text model finds that the clues contradict each other");
        if (synthesis.Emotion != label)
            return Contradiction($"the text model concludes {synthesis.Emotion.ToText()}, the face {label.ToText()}");
        if (EmotionLabelParser.Parse(synthesis.Reasoning) is { } reasoned && reasoned != label)
            return Contradiction($"the reasoning concludes {reasoned.ToText()}, the face {label.ToText()}");
        if (Clue("description", synthesis.Description, label) is { } drop)
            return drop;

        foreach (var (name, text) in captions)
        {
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            if (words < recipe.MinWords)
                return new(DropReason.TooShort, $"the {name} has {words} words, min_words is {recipe.MinWords}");
            if (words > recipe.MaxWords)
                return new(DropReason.TooLong, $"the {name} has {words} words, max_words is {recipe.MaxWords}");
        }

        return null;
    }

    private static ClipDrop Contradiction(string detail) => new(DropReason.Contradiction, detail);

    private static string Shorten(string text) => Endpoints.EndpointErrors.Shorten(text);
}
