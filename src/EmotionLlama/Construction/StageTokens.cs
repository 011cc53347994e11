namespace EmotionLlama.Construction;

/// <summary>What the answers of a stage took when they were asked for, whichever run that was.</summary>
/// <param name="Model">The model.</param>
/// <param name="Answers">Different answers that were used.</param>
/// <param name="PromptTokens">Tokens of their prompts, as the endpoint counted.</param>
/// <param name="AnswerTokens">Tokens of the answers, as the endpoint counted.</param>
/// <param name="Uncounted">Answers of which the endpoint told no tokens.</param>
public sealed record StageTokens(string Model, int Answers, long PromptTokens, long AnswerTokens, int Uncounted);
