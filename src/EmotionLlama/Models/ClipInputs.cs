using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>What the projections get of clips.</summary>
/// <param name="Patches">Joined patch tokens, <c>[samples, tokens, 4 · channels]</c>.</param>
/// <param name="Vectors">FaceMAE, VideoMAE and HuBERT vectors, <c>[samples, 3, 1024]</c>.</param>
/// <param name="ClassTokens">The pictures' class tokens, <c>[samples, channels]</c>.</param>
internal sealed record ClipInputs(Tensor Patches, Tensor Vectors, Tensor ClassTokens);
