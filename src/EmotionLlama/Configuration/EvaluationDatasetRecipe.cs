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

    /// <summary>Which labels the clips have.</summary>
    public LabelScheme Labels { get; init; } = LabelScheme.Merr;

    /// <summary>Hypotheses of a beam search; 1 searches none.</summary>
    [Range(1, int.MaxValue)]
    public int NumBeams { get; init; } = 1;

    /// <summary>Whether tokens are drawn at random by their probabilities.</summary>
    public bool DoSample { get; init; }

    /// <summary>Logits are divided by this before a draw.</summary>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>A draw is among the most likely tokens that together have this probability.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double TopP { get; init; } = 0.9;
}
