using System.ComponentModel.DataAnnotations;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>One entry of the <c>evaluation_datasets</c> section.</summary>
public sealed record EvaluationDatasetRecipe
{
    /// <summary>The annotation file, a line a clip: <c>name frames emotion valence</c>.</summary>
    [RecipePath(PathKind.File)]
    public required string EvalFilePath { get; init; }

    /// <summary>The folder of clips or frames.</summary>
    [RecipePath(PathKind.Folder)]
    public required string ImgPath { get; init; }

    /// <summary>The most tokens an answer may have.</summary>
    [Range(1, int.MaxValue)]
    public int MaxNewTokens { get; init; } = 500;

    /// <summary>Samples answered at once.</summary>
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 1;
}
