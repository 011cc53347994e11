namespace EmotionLlama.Construction;

/// <summary>One clip to annotate.</summary>
/// <param name="Name">Its name: that of its files.</param>
/// <param name="ClipPath">The clip; null where there is none.</param>
/// <param name="TablePath">Its OpenFace table; null where there is none.</param>
/// <param name="Sentence">What is said; null where the transcripts have no line for it.</param>
public sealed record ClipSource(string Name, string? ClipPath, string? TablePath, string? Sentence);
