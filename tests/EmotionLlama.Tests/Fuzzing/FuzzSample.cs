namespace EmotionLlama.Tests.Fuzzing;

/// <summary>A good file that damaged ones are made from.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record FuzzSample(string Name, byte[] Content);
