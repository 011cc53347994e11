using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>Which modality drives the labels of some clips.</summary>
public sealed record ModalityRow
{
    /// <summary>The label that the clips have; null for all clips.</summary>
    public required Emotion? Label { get; init; }

    /// <summary>How many they are.</summary>
    public required int Clips { get; init; }

    /// <summary>The share of right answers with everything present.</summary>
    public required Proportion Accuracy { get; init; }

    /// <summary>What withholding each modality does.</summary>
    public required IReadOnlyList<ModalityEffect> Without { get; init; }

    /// <summary>Clips whose label changes with each of several modalities.</summary>
    public required int Several { get; init; }

    /// <summary>Clips whose label stays whichever modality is withheld.</summary>
    public required int None { get; init; }

    /// <summary>Clips whose answer names no emotion with everything present.</summary>
    public required int NoLabel { get; init; }

    /// <summary>The row of some clips.</summary>
    internal static ModalityRow Of(Emotion? label, IReadOnlyList<ModalityClip> clips, IReadOnlyList<string> modalities)
    {
        var labelled = clips.Where(clip => clip.Predicted is not null).ToList();
        return new ModalityRow
        {
            Label = label,
            Clips = clips.Count,
            Accuracy = new Proportion(clips.Count(clip => clip.Predicted == clip.Label), clips.Count),
            Without = [.. modalities.Select((modality, place) => Effect(modality, place, clips, labelled))],
            Several = clips.Count(clip => clip.Drivers > 1),
            None = labelled.Count(clip => clip.Drivers == 0),
            NoLabel = clips.Count - labelled.Count,
        };
    }

    private static ModalityEffect Effect(
        string modality, int place, IReadOnlyList<ModalityClip> clips, List<ModalityClip> labelled)
    {
        var changed = labelled.Where(clip => clip.IsDrivenBy(place)).ToList();
        return new ModalityEffect
        {
            Modality = modality,
            Accuracy = new Proportion(clips.Count(clip => clip.Without[place] == clip.Label), clips.Count),
            Changed = new Proportion(changed.Count, labelled.Count),
            Alone = changed.Count(clip => clip.Drivers == 1),
            Becomes = new OrderedDictionary<string, int>(changed
                .CountBy(clip => clip.Without[place]?.ToText() ?? "none")
                .OrderByDescending(change => change.Value)
                .ThenBy(change => change.Key, StringComparer.Ordinal)),
        };
    }
}
