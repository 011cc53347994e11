using System.Globalization;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets.Vision;

/// <summary>What the output of a vision tower depends on besides the picture, and its size.</summary>
/// <param name="Weights">A fingerprint of the tower's weights, in letters and digits.</param>
/// <param name="ImageSize">Height and width of the pictures in pixels.</param>
/// <param name="Heads">Attention heads of the tower.</param>
/// <param name="Dtype">The data type that the tower computes in, and its output has.</param>
/// <param name="Tokens">Tokens of a picture: 1 + patches.</param>
/// <param name="Channels">Channels of a token.</param>
public sealed record VisionOutputKind(
    string Weights, int ImageSize, int Heads, ScalarType Dtype, long Tokens, long Channels)
{
    /// <summary>The size of one output in bytes.</summary>
    public long Bytes => Tokens * Channels * (Dtype == ScalarType.Float32 ? sizeof(float) : sizeof(short));

    /// <summary>The name of the folder that keeps outputs of this kind, apart from those of others.</summary>
    internal string FolderName => string.Create(
        CultureInfo.InvariantCulture, $"{Weights}-{ImageSize}px-{Heads}heads-{Dtype.ToString().ToLowerInvariant()}");
}
