using EmotionLlama.Configuration;
using EmotionLlama.Media.Clips;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>What to extract from which clips, and where to put it.</summary>
public sealed record ExtractionRequest
{
    /// <summary>The clips, in the order of their turns.</summary>
    public required IReadOnlyList<NamedClip> Clips { get; init; }

    /// <summary>The folder that gets <c>frames</c> and the folders of features.</summary>
    public required string Output { get; init; }

    /// <summary>Encoders, frame and faces.</summary>
    public required FeaturesRecipe Features { get; init; }

    /// <summary>Data type of the encoders' weights and arithmetic.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float32;

    /// <summary>Clips that are decoded side by side.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Whether to make anew what an earlier extraction made.</summary>
    public bool Overwrite { get; init; }
}
