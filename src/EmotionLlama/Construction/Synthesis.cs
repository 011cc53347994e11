using EmotionLlama.Datasets;

namespace EmotionLlama.Construction;

/// <summary>What a model made of all clues.</summary>
/// <param name="Consistent">Whether it found that they fit together.</param>
/// <param name="Description">The coarse caption.</param>
/// <param name="Reasoning">The fine-grained caption.</param>
/// <param name="Emotion">The emotion it concluded.</param>
internal sealed record Synthesis(bool Consistent, string Description, string Reasoning, Emotion Emotion);
