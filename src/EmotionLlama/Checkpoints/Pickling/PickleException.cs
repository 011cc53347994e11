namespace EmotionLlama.Checkpoints.Pickling;

/// <summary>A pickle that is damaged, or that asks for something it is not given. The message lacks the file's name,
/// which the reader of the file adds.</summary>
internal sealed class PickleException(string message) : Exception(message);
