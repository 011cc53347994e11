namespace EmotionLlama.Datasets;

/// <summary>Where the answers of a task come from.</summary>
public enum AnswerSource
{
    /// <summary>The emotion word of the annotation file.</summary>
    Label,

    /// <summary>A field of <c>MERR_coarse_grained.json</c>.</summary>
    CoarseGrained,

    /// <summary>A field of <c>MERR_fine_grained.json</c>.</summary>
    FineGrained,
}
