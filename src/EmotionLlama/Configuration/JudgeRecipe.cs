using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>The <c>judge</c> section of a recipe: the language model that scores descriptions.</summary>
public sealed record JudgeRecipe : EndpointRecipe
{
    /// <summary>The language of the prompts.</summary>
    public JudgeLanguage Language { get; init; } = JudgeLanguage.English;

    /// <summary>A folder whose prompt files replace the built-in ones of the same names.</summary>
    [RecipePath(PathKind.Folder)]
    public string? Prompts { get; init; }

    /// <summary>The folder of answers already paid for; null keeps them beside the scores.</summary>
    [RecipePath(PathKind.Output)]
    public string? Cache { get; init; }
}
