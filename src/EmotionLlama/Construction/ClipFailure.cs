namespace EmotionLlama.Construction;

/// <summary>A clip that could not be annotated, though another try may succeed.</summary>
/// <param name="message">Why, in one line.</param>
internal sealed class ClipFailure(string message) : Exception(message);
