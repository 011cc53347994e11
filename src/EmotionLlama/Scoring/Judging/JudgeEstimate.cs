namespace EmotionLlama.Scoring.Judging;

/// <summary>What judging would take. Prompts are counted in characters: four of them to a token, but one and a half
/// where they are Chinese, Japanese or Korean. Answers are taken to be as long as usual. Retries are not foreseen.
/// </summary>
public sealed record JudgeEstimate
{
    /// <summary>Calls to make.</summary>
    public required int Calls { get; init; }

    /// <summary>Answers that the cache already has.</summary>
    public required int Cached { get; init; }

    /// <summary>Prompt tokens of the calls, about.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Answer tokens of the calls, about.</summary>
    public required long AnswerTokens { get; init; }

    /// <summary>The price of the tokens by the recipe's prices, in their currency; 0 where it has none.</summary>
    public required double Cost { get; init; }
}
