using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Finds <c>ln_vision</c>, the layer normalization behind the vision tower.</summary>
internal static class VisionNorm
{
    /// <summary>The name, and the key in the metadata of a tower's file that says <c>none</c> where the tower was made
    /// without.</summary>
    public const string Name = "ln_vision";

    /// <summary>What the metadata says then.</summary>
    public const string None = "none";

    /// <summary>The first source that holds it; null where none does.</summary>
    public static IWeightSource? Find(params IEnumerable<IWeightSource?> sources) =>
        sources.FirstOrDefault(source => source?.ShapeOf($"{Name}.weight") is not null);

    /// <summary>Whether a tower's file says that it needs none.</summary>
    public static bool IsNone(IWeightSource tower) =>
        tower is SafetensorsFile file && file.Metadata.GetValueOrDefault(Name) == None;

    /// <summary>One that is not trained: weight 1, bias 0. PyTorch's layers start so, and the original leaves its own
    /// so where no checkpoint holds it: it normalizes all the same.</summary>
    /// <param name="channels">Channels of a token.</param>
    public static InMemoryWeights Fresh(long channels) => new(Name)
    {
        { $"{Name}.weight", ones(channels) },
        { $"{Name}.bias", zeros(channels) },
    };
}
