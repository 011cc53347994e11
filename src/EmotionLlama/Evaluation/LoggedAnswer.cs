namespace EmotionLlama.Evaluation;

/// <summary>One answer of an <see cref="AnswerLog"/>.</summary>
/// <param name="Clip">The clip's place in the test set.</param>
/// <param name="Name">The clip's name.</param>
/// <param name="Answer">What the model said.</param>
/// <param name="Tokens">Tokens of the answer.</param>
internal sealed record LoggedAnswer(int Clip, string Name, string Answer, int Tokens) : AnswerLogLine;
