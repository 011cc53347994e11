namespace EmotionLlama.Construction;

/// <summary>An answer that is kept, and what it took.</summary>
/// <param name="Stage">Who gave it.</param>
/// <param name="Key">Its name in the folder of answers.</param>
/// <param name="PromptTokens">Tokens of the prompt; null where the endpoint did not tell.</param>
/// <param name="AnswerTokens">Tokens of the answer; null where the endpoint did not tell.</param>
internal readonly record struct KeptAnswer(Stage Stage, string Key, long? PromptTokens, long? AnswerTokens);
