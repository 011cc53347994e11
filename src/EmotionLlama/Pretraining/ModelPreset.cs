using EmotionLlama.Models;

namespace EmotionLlama.Pretraining;

/// <summary>The sizes of a whole Emotion-LLaMA that people know by a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Llama">The Llama's sizes.</param>
/// <param name="VisionChannels">Channels of the vision tower.</param>
/// <param name="VisionInner">Channels inside the tower's feed-forward layers.</param>
/// <param name="VisionBlocks">Blocks in the tower's file.</param>
/// <param name="VisionImageSize">Height and width, in pixels, of the pictures that its positions are made for.</param>
/// <param name="LoraRank">LoRA's rank, on q and v.</param>
public sealed record ModelPreset(
    string Name,
    LlamaConfig Llama,
    int VisionChannels,
    int VisionInner,
    int VisionBlocks,
    int VisionImageSize,
    int LoraRank)
{
    /// <summary>Height and width, in pixels, of the pictures that stage 2 shows the tower.</summary>
    public int ImageSize { get; init; } = 448;

    /// <summary>Height and width of the tower's patches in pixels.</summary>
    public const int PatchSize = 14;

    /// <summary>Classes of the head that the tower's file holds.</summary>
    public const int Classes = 1000;

    /// <summary>Llama-2-7b-chat and EVA ViT-g, as the authors of Emotion-LLaMA use them. The file of the tower holds
    /// 40 blocks for pictures of 224 pixels.</summary>
    public static ModelPreset Llama2With7B { get; } = new(
        "llama-2-7b", Decoder(4096, 11008, 32, 32), 1408, 6144, 40, 224, LoraRank: 64);

    /// <summary>The same with Llama-2-13b-chat.</summary>
    public static ModelPreset Llama2With13B { get; } = Llama2With7B with
    {
        Name = "llama-2-13b",
        Llama = Decoder(5120, 13824, 40, 40),
    };

    /// <summary>All names and shapes of the first, with few channels and layers.</summary>
    public static ModelPreset Miniature { get; } = new(
        "miniature", Decoder(64, 96, 4, 4) with { VocabularySize = 1024 }, 88, 128, 40, 28, LoraRank: 8);

    /// <summary>The model that the quickstart tunes.</summary>
    public static ModelPreset Tiny { get; } = new(
        "tiny", new TinyModelSizes().Llama(vocabulary: 1000), 176, 528, 4, 112, LoraRank: 16)
    {
        ImageSize = 112,
    };

    /// <summary>All presets.</summary>
    public static IReadOnlyList<ModelPreset> All { get; } = [Llama2With7B, Llama2With13B, Miniature, Tiny];

    private static LlamaConfig Decoder(int hidden, int inner, int layers, int heads) => new()
    {
        VocabularySize = 32_000,
        HiddenSize = hidden,
        IntermediateSize = inner,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadSize = hidden / heads,
        MaxPositions = 4096,
    };
}
