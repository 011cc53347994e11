using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>One entry of the <c>datasets</c> section: MERR-format data and how it is read.</summary>
public sealed record DatasetRecipe
{
    /// <summary>Samples in one micro-batch.</summary>
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 1;

    /// <summary>Where the files are.</summary>
    public BuildInfoRecipe BuildInfo { get; init; } = new();

    /// <summary>Annotation file that replaces <c>build_info.ann_path</c>: a path, or a name in the same
    /// folder.</summary>
    public string? AnnotationFile { get; init; }

    /// <summary>Annotation file of held-out clips, a path or a name in the folder of <c>ann_path</c>, for the
    /// evaluations of <c>run.eval_epoch_interval</c>.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Tasks to draw from, with their weights. In YAML a list (equal weights) or a map of task to
    /// weight.</summary>
    [MinLength(1), Range(0.0, double.MaxValue)]
    public IReadOnlyDictionary<string, double> TaskPool { get; init; } =
        new Dictionary<string, double> { ["emotion"] = 1 };

    /// <summary>A YAML or JSON file of task to list of instructions that replaces the built-in pools of those tasks.
    /// A task of your own is a map of <c>instructions</c>, a list, and <c>answer</c>, the field of the fine-grained
    /// annotations that answers it.</summary>
    [RecipePath(PathKind.File)]
    public string? InstructionPool { get; init; }

    /// <summary>Whether the answers are the annotated captions, or empty as for testing.</summary>
    public CaptionUse Caption { get; init; } = CaptionUse.Use;

    /// <summary>Whether pictures and features are augmented in training.</summary>
    public bool EnableAugmentation { get; init; }

    /// <summary>Probability that a modality of a sample is augmented.</summary>
    [Range(0.0, 1.0)]
    public double AugmentationProb { get; init; } = 0.5;

    /// <summary>Modalities that are withheld: <c>image</c> (the picture), <c>face_mae</c>, <c>video</c> (VideoMAE),
    /// <c>voice</c> (HuBERT), <c>words</c> (the transcript), or <c>face</c> for all that shows it: picture, FaceMAE and
    /// VideoMAE. Their files are not read; they enter as zeros, a blank picture or an empty line.</summary>
    [AllowedValues("face", "image", "face_mae", "video", "voice", "words")]
    public IReadOnlyList<string> Withhold { get; init; } = [];

    /// <summary>How often this data is drawn from, relative to the others.</summary>
    [Range(0.0, double.MaxValue)]
    public double SampleRatio { get; init; } = 1;

    /// <summary>Easy samples first.</summary>
    public CurriculumRecipe Curriculum { get; init; } = new();

    /// <summary>How a picture is prepared.</summary>
    public ProcessorRecipe VisProcessor { get; init; } = new();

    /// <summary>How an answer is prepared; <c>blip_caption</c> lower-cases it, strips punctuation and cuts it at 200
    /// words, null keeps it as written.</summary>
    public ProcessorRecipe TextProcessor { get; init; } = new();
}
