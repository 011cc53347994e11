using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>The emotion that a face speaks for.</summary>
/// <param name="Emotion">The emotion.</param>
/// <param name="Score">How strongly, from 0 to 1.</param>
/// <param name="Rule">By which combination of action units: <c>AU06+AU12</c>; empty for a neutral face.</param>
public sealed record PseudoLabel(Emotion Emotion, double Score, string Rule);
