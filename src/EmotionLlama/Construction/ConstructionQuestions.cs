using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Construction;

/// <summary>The questions about a clip.</summary>
internal static class ConstructionQuestions
{
    /// <summary>What stands for a clue that nobody gave.</summary>
    public const string Missing = "(not available)";

    private const string NoMovement = "(no marked movement)";

    /// <summary>What the peak frame shows.</summary>
    public static Question<string> Vision(Attachment picture) =>
        new(ConstructionPrompts.Vision, ConstructionFormats.Vision, picture);

    /// <summary>How the voice sounds.</summary>
    public static Question<string> Audio(Attachment sound) =>
        new(ConstructionPrompts.Audio, ConstructionFormats.Audio, sound);

    /// <summary>What all clues add up to.</summary>
    public static Question<Synthesis?> Synthesis(
        FaceEvidence face, string? visualClue, string? audioClue, string? sentence, LabelScheme labels) =>
        new(
            ConstructionPrompts.Synthesis.Fill(
                ("face", face.PeakUnits.Count > 0 ? string.Join("; ", face.Descriptions) : NoMovement),
                ("vision", visualClue ?? Missing),
                ("audio", audioClue ?? Missing),
                ("text", string.IsNullOrWhiteSpace(sentence) ? Missing : sentence),
                ("labels", string.Join(", ", labels.Labels().Select(label => label.ToText())))),
            ConstructionFormats.Synthesis);
}
