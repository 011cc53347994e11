using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>build_info</c> section of a data set: its files. All paths but the first two default to the original
/// project's names in the folder of <see cref="AnnPath"/>.</summary>
public sealed record BuildInfoRecipe
{
    /// <summary>The folder of clips or frames, <c>NAME.mp4</c>, <c>.avi</c>, <c>.png</c> or <c>.jpg</c>.</summary>
    [RecipePath(PathKind.Folder)]
    public string? ImagePath { get; init; }

    /// <summary>The annotation file, a line a clip: <c>name frames emotion valence</c>.</summary>
    [RecipePath(PathKind.File)]
    public string? AnnPath { get; init; }

    /// <summary>Transcripts, a CSV with the columns <c>name,sentence</c>; default
    /// <c>transcription_en_all.csv</c>.</summary>
    [RecipePath(PathKind.File)]
    public string? TranscriptionPath { get; init; }

    /// <summary>Coarse captions, for the task <c>reason</c>; default <c>MERR_coarse_grained.json</c>.</summary>
    [RecipePath(PathKind.File)]
    public string? CoarseGrainedPath { get; init; }

    /// <summary>Fine-grained annotations, for the task <c>reason_v2</c>; default
    /// <c>MERR_fine_grained.json</c>.</summary>
    [RecipePath(PathKind.File)]
    public string? FineGrainedPath { get; init; }

    /// <summary>The folder that holds <c>mae_340_UTT</c>, <c>maeV_399_UTT</c> and <c>HL-UTT</c>.</summary>
    [RecipePath(PathKind.Folder)]
    public string? FeaturePath { get; init; }
}
