namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>A file that was written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Holds">What is in it, for people.</param>
public sealed record ExportedFile(string Name, long Bytes, string Holds);
