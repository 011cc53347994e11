namespace EmotionLlama.Configuration;

/// <summary>One entry of the <c>evaluation_datasets</c> section.</summary>
public sealed record EvaluationDatasetRecipe
{
    /// <summary>The annotation file, a line a clip: <c>name frames emotion valence</c>.</summary>
    public required string EvalFilePath { get; init; }

    /// <summary>The folder of clips or frames.</summary>
    public required string ImgPath { get; init; }

    /// <summary>The most tokens an answer may have.</summary>
    public int MaxNewTokens { get; init; } = 500;

    /// <summary>Samples answered at once.</summary>
    public int BatchSize { get; init; } = 1;
}
