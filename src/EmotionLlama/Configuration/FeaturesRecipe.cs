using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>features</c> section of a recipe: how frames and features are made of clips that have none on disk.
/// </summary>
public sealed record FeaturesRecipe
{
    /// <summary>The voice encoder: a Hugging Face HuBERT folder, such as chinese-hubert-large. Null makes no voice
    /// features.</summary>
    [RecipePath(PathKind.Folder)]
    public string? Hubert { get; init; }

    /// <summary>The face encoder: a Hugging Face ViT-MAE folder. Null makes no FaceMAE features.</summary>
    [RecipePath(PathKind.Folder)]
    public string? FaceMae { get; init; }

    /// <summary>The video encoder: a Hugging Face VideoMAE folder. Null makes no VideoMAE features.</summary>
    [RecipePath(PathKind.Folder)]
    public string? VideoMae { get; init; }

    /// <summary>The frame that the vision tower sees: <c>first</c>, <c>middle</c>, a number from 0, or <c>peak</c>,
    /// the one where the action units of <see cref="OpenfacePath"/> are strongest.</summary>
    [RegularExpression(@"first|middle|peak|\d+", ErrorMessage = "first, middle, peak or a number from 0")]
    public string Frame { get; init; } = "first";

    /// <summary>A folder of OpenFace tables, <c>NAME.csv</c>: where the face is, and its action units. Null looks for
    /// no faces: the face encoder sees whole frames.</summary>
    [RecipePath(PathKind.Folder)]
    public string? OpenfacePath { get; init; }

    /// <summary>Whether a clip without sound gets a voice feature of zeros, as a withheld one has. Otherwise it cannot
    /// be used.</summary>
    public bool AllowSilent { get; init; }
}
