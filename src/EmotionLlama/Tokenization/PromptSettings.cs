using EmotionLlama.Configuration;

namespace EmotionLlama.Tokenization;

/// <summary>How prompts and answers become tokens.</summary>
public sealed record PromptSettings
{
    /// <summary>What is put around an instruction, with <c>{}</c> for the instruction.</summary>
    public string Template { get; init; } = "[INST] {} [/INST]";

    /// <summary>Whether <see cref="Template"/> is used.</summary>
    public bool UseTemplate { get; init; } = true;

    /// <summary>Closes every answer.</summary>
    public string EndSymbol { get; init; } = "</s>";

    /// <summary>The most answer tokens, end symbol included; longer answers are cut.</summary>
    public int MaxAnswerTokens { get; init; } = 300;

    /// <summary>The most prompt tokens, inserted embeddings included.</summary>
    public int MaxPromptTokens { get; init; } = 3800;

    /// <summary>Embeddings inserted at <c>&lt;VideoHere&gt;</c>: a quarter of the picture's patches.</summary>
    public required int ImageTokens { get; init; }

    /// <summary>Embeddings inserted at <c>&lt;FeatureHere&gt;</c>: three features and the class token.</summary>
    public int FeatureTokens { get; init; } = 4;

    /// <summary>How a prompt is laid out when generating.</summary>
    public PromptStyle Style { get; init; } = PromptStyle.Standard;

    /// <summary>The settings of a recipe.</summary>
    /// <param name="model">The recipe's <c>model</c> section.</param>
    /// <param name="imageTokens">Embeddings inserted at <c>&lt;VideoHere&gt;</c>.</param>
    public static PromptSettings FromRecipe(ModelRecipe model, int imageTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new()
        {
            Template = model.PromptTemplate,
            UseTemplate = model.ChatTemplate,
            EndSymbol = model.EndSym,
            MaxAnswerTokens = model.MaxTxtLen,
            MaxPromptTokens = model.MaxContextLen,
            ImageTokens = imageTokens,
            Style = model.PromptStyle,
        };
    }
}
