using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets;

/// <summary>Where the files of a data set are. What a recipe leaves out has the original project's name in the folder
/// of <c>ann_path</c>.</summary>
public sealed record MerrPaths
{
    /// <summary>The name of the transcripts, where a recipe gives none.</summary>
    internal const string TranscriptName = "transcription_en_all.csv";

    /// <summary>The name of the coarse-grained captions, where a recipe gives none.</summary>
    internal const string CoarseName = "MERR_coarse_grained.json";

    /// <summary>The name of the fine-grained annotations, where a recipe gives none.</summary>
    internal const string FineName = "MERR_fine_grained.json";

    /// <summary>The annotation file.</summary>
    public required string Annotations { get; init; }

    /// <summary>The folder of frames; null where the recipe names none.</summary>
    public string? Frames { get; init; }

    /// <summary>The transcripts.</summary>
    public required string Transcripts { get; init; }

    /// <summary>The coarse-grained captions.</summary>
    public required string CoarseGrained { get; init; }

    /// <summary>The fine-grained annotations.</summary>
    public required string FineGrained { get; init; }

    /// <summary>The folder that holds the folders of features.</summary>
    public required string Features { get; init; }

    /// <summary>The paths of a recipe.</summary>
    /// <param name="dataset">The data set's name, for messages.</param>
    /// <param name="recipe">The data set's recipe. An <c>annotation_file</c> that is no path to a file is a name in the
    /// folder of <c>ann_path</c>.</param>
    /// <exception cref="InputException">The recipe names no annotation file.</exception>
    public static MerrPaths Resolve(string dataset, DatasetRecipe recipe)
    {
        var info = recipe.BuildInfo;
        var named = NullIfEmpty(info.AnnPath) ?? NullIfEmpty(recipe.AnnotationFile)
            ?? throw new InputException(
                $"datasets.{dataset}.build_info.ann_path: is missing; name the annotation file, a line a clip:"
                + " 'name frames emotion valence'");
        var folder = Path.GetDirectoryName(named) ?? "";
        return new MerrPaths
        {
            Annotations = NullIfEmpty(recipe.AnnotationFile) switch
            {
                null => named,
                var file when File.Exists(file) || NullIfEmpty(info.AnnPath) is null => file,
                var file => Path.Combine(folder, file),
            },
            Frames = NullIfEmpty(info.ImagePath),
            Transcripts = NullIfEmpty(info.TranscriptionPath) ?? Path.Combine(folder, TranscriptName),
            CoarseGrained = NullIfEmpty(info.CoarseGrainedPath) ?? Path.Combine(folder, CoarseName),
            FineGrained = NullIfEmpty(info.FineGrainedPath) ?? Path.Combine(folder, FineName),
            Features = NullIfEmpty(info.FeaturePath) ?? folder,
        };
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
