namespace EmotionLlama.Media.Clips;

/// <summary>A clip and what annotations call it.</summary>
/// <param name="Name">Its name: the file's, without the extension.</param>
/// <param name="Path">The file.</param>
public sealed record NamedClip(string Name, string Path);
