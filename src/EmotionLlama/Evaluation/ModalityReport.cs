using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Runtime;

namespace EmotionLlama.Evaluation;

/// <summary>
/// Which of face, voice and words drives the labels that a model gives: the same clips answered with everything, and with
/// one modality withheld at a time. A modality drives a clip's label where the label changes without it.
/// </summary>
public sealed class ModalityReport
{
    private ModalityReport(IReadOnlyList<string> modalities, IReadOnlyList<ModalityClip> clips, LabelScheme scheme)
    {
        Modalities = modalities;
        Clips = clips;
        Overall = ModalityRow.Of(label: null, clips, modalities);
        ByLabel =
        [
            .. from label in scheme.Labels()
               let labelled = clips.Where(clip => clip.Label == label).ToList()
               where labelled.Count > 0
               select ModalityRow.Of(label, labelled, modalities),
        ];
    }

    /// <summary>The modalities that can be withheld, by their names in recipes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["face", "voice", "words"];

    /// <summary>The modalities that were withheld.</summary>
    public IReadOnlyList<string> Modalities { get; }

    /// <summary>The clips, in the order of the test set.</summary>
    public IReadOnlyList<ModalityClip> Clips { get; }

    /// <summary>All clips together.</summary>
    public ModalityRow Overall { get; }

    /// <summary>The clips of each label that occurs.</summary>
    public IReadOnlyList<ModalityRow> ByLabel { get; }

    /// <summary>Compares answers.</summary>
    /// <param name="all">The predictions with everything present.</param>
    /// <param name="without">Each modality with the predictions without it, about the same clips in the same
    /// order.</param>
    /// <param name="scheme">The labels of the test set.</param>
    /// <exception cref="ArgumentException">Predictions are about other clips.</exception>
    public static ModalityReport Of(
        IReadOnlyList<ClipPrediction> all,
        IReadOnlyList<(string Modality, IReadOnlyList<ClipPrediction> Predictions)> without,
        LabelScheme scheme = LabelScheme.Merr)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(without);
        foreach (var (modality, predictions) in without)
        {
            if (!predictions.Select(made => made.Name).SequenceEqual(all.Select(made => made.Name)))
                throw new ArgumentException($"the predictions without {modality} are about other clips", nameof(without));
        }

        return new ModalityReport(
            [.. without.Select(pass => pass.Modality)],
            [
                .. all.Select((made, clip) => new ModalityClip(
                    made.Name,
                    made.Label,
                    made.Predicted,
                    [.. without.Select(pass => pass.Predictions[clip].Predicted)])),
            ],
            scheme);
    }

    /// <summary>What drives a clip's label: a modality, several joined by <c>+</c>, <c>none</c>, or <c>no label</c>.
    /// </summary>
    public string DriverOf(ModalityClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Predicted is null)
            return "no label";

        return clip.Drivers == 0 ? "none" : string.Join('+', Modalities.Where((_, place) => clip.IsDrivenBy(place)));
    }

    /// <summary>Writes a row a clip: <c>name,label,predicted,without_face,without_voice,without_words,driver</c>.
    /// </summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void WriteCsv(string path)
    {
        var header = (string[])
            ["name", "label", "predicted", .. Modalities.Select(modality => $"without_{modality}"), "driver"];
        CsvTable.Write(path, Clips.Select(clip => (string[])
        [
            clip.Name, clip.Label.ToText(), clip.Predicted?.ToText() ?? "",
            .. clip.Without.Select(label => label?.ToText() ?? ""), DriverOf(clip),
        ]).Prepend(header));
    }
}
