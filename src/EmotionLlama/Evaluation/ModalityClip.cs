using EmotionLlama.Datasets;

namespace EmotionLlama.Evaluation;

/// <summary>What was answered about one clip with everything present, and with one modality withheld at a time.</summary>
/// <param name="Name">The clip.</param>
/// <param name="Label">Its label.</param>
/// <param name="Predicted">The emotion that the answer names with everything present; null for none.</param>
/// <param name="Without">The same without each modality, in the order of the report's.</param>
public sealed record ModalityClip(string Name, Emotion Label, Emotion? Predicted, IReadOnlyList<Emotion?> Without)
{
    /// <summary>Whether the label changes when a modality is withheld: the modality drives it. An answer that names no
    /// emotion with everything present has no label to drive.</summary>
    /// <param name="modality">The modality's place in the report.</param>
    public bool IsDrivenBy(int modality) => Predicted is not null && Without[modality] != Predicted;

    /// <summary>How many modalities drive the label. With none, it stays whichever one is withheld.</summary>
    public int Drivers => Enumerable.Range(0, Without.Count).Count(IsDrivenBy);
}
