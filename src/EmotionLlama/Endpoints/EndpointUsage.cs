namespace EmotionLlama.Endpoints;

/// <summary>What asking a model has taken so far.</summary>
public sealed record EndpointUsage
{
    /// <summary>Calls to the model, those that failed included.</summary>
    public required int Calls { get; init; }

    /// <summary>Answers taken from the cache instead.</summary>
    public required int Cached { get; init; }

    /// <summary>Prompt tokens, as the endpoint counts them.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Answer tokens, as the endpoint counts them.</summary>
    public required long AnswerTokens { get; init; }

    /// <summary>Answered calls whose tokens the endpoint did not tell; they are not in the sums.</summary>
    public required int CallsWithoutCount { get; init; }

    /// <summary>The price of the tokens by the recipe's prices, in their currency; 0 where it has none.</summary>
    public required double Cost { get; init; }
}
