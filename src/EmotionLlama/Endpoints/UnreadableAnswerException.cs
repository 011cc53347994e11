namespace EmotionLlama.Endpoints;

/// <summary>An answer without what was asked for.</summary>
/// <param name="message">What is wrong with it, to be read by a person and by the model.</param>
internal sealed class UnreadableAnswerException(string message) : Exception(message);
