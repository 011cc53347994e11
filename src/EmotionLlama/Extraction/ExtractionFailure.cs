namespace EmotionLlama.Extraction;

/// <summary>A clip that nothing could be made of.</summary>
/// <param name="Clip">Its name.</param>
/// <param name="Path">Its file.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record ExtractionFailure(string Clip, string Path, string Reason);
