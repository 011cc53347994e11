namespace EmotionLlama.Checkpoints.Inspection;

/// <summary>The LoRA matrices of stored weights.</summary>
/// <param name="Ranks">Their ranks; one in all checkpoints of ours.</param>
/// <param name="Targets">The projections that have them, such as <c>q_proj</c>.</param>
/// <param name="Layers">The number of layers that have them.</param>
public sealed record LoraDescription(
    IReadOnlyList<long> Ranks, IReadOnlyList<string> Targets, int Layers);
