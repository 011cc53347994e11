using EmotionLlama.Models;

namespace EmotionLlama.Pretraining;

/// <summary>Sizes of the tiny model that the quickstart tunes, and how long its parts are pretrained.</summary>
public sealed record TinyModelSizes
{
    /// <summary>Fixes all draws.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The most pieces of the tokenizer.</summary>
    public int Vocabulary { get; init; } = 1000;

    /// <summary>Clips whose texts the tokenizer learns its pieces from.</summary>
    public int TokenizerClips { get; init; } = 4000;

    /// <summary>Channels of the Llama.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Layers of the Llama.</summary>
    public int Layers { get; init; } = 4;

    /// <summary>Height and width of the pictures in pixels.</summary>
    public int ImageSize { get; init; } = 112;

    /// <summary>Height and width of the vision tower's patches in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Image tokens of a picture.</summary>
    public int ImageTokens => ImageSize / PatchSize * (ImageSize / PatchSize) / EmotionLlamaModel.PatchesPerToken;

    /// <summary>Channels of the vision tower, a multiple of 88.</summary>
    public int VisionChannels { get; init; } = 176;

    /// <summary>Blocks of the vision tower.</summary>
    public int VisionBlocks { get; init; } = 4;

    /// <summary>Optimizer steps of the Llama.</summary>
    public int LlamaSteps { get; init; } = 1500;

    /// <summary>Optimizer steps of the vision tower.</summary>
    public int VisionSteps { get; init; } = 600;

    /// <summary>Optimizer steps of the feature encoders.</summary>
    public int EncoderSteps { get; init; } = 400;

    /// <summary>The Llama's sizes.</summary>
    /// <param name="vocabulary">Pieces the tokenizer ended up with.</param>
    public LlamaConfig Llama(int vocabulary) => new()
    {
        VocabularySize = vocabulary,
        HiddenSize = Hidden,
        IntermediateSize = Hidden * 11 / 4,
        Layers = Layers,
        Heads = Hidden / 32,
        KeyValueHeads = Hidden / 32,
        HeadSize = 32,
        MaxPositions = 2048,
    };
}
