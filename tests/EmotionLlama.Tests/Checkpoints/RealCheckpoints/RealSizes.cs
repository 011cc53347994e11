namespace EmotionLlama.Tests.Checkpoints.RealCheckpoints;

/// <summary>Sizes of the published files, and of files that differ from them in width and depth alone.</summary>
internal sealed record RealSizes(
    int Hidden,
    int Inner,
    int Layers,
    int Heads,
    int Vocabulary,
    int VisionChannels,
    int VisionInner,
    int VisionPatches)
{
    /// <summary>Llama-2-7b-chat-hf and EVA ViT-g for pictures of 224 pixels.</summary>
    public static RealSizes Full { get; } = new(4096, 11008, 32, 32, 32_000, 1408, 6144, 256);

    /// <summary>A thousandth of it. 88 channels are one head of the vision tower.</summary>
    public static RealSizes Reduced { get; } = new(32, 48, 2, 4, 320, 88, 96, 4);
}
