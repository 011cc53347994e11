namespace EmotionLlama.Evaluation;

/// <summary>The first line of an <see cref="AnswerLog"/>: what its answers were made with.</summary>
/// <param name="Settings">Everything that answers depend on, by its name in the recipe.</param>
internal sealed record AnswerLogSettings(IReadOnlyDictionary<string, string> Settings) : AnswerLogLine;
