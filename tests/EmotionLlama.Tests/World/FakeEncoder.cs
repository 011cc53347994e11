using EmotionLlama.Media;
using EmotionLlama.World;

namespace EmotionLlama.Tests.World;

/// <summary>Features that tell what was encoded: the number of inputs, and the first number of the first.</summary>
internal sealed class FakeEncoder(int length = IClipEncoder.FeatureLength) : IClipEncoder
{
    public IReadOnlyList<float[]> EncodeFaces(IReadOnlyList<IReadOnlyList<RgbImage>> faces) =>
        [.. faces.Select(crops => Feature(crops.Count, crops[0].Width))];

    public IReadOnlyList<float[]> EncodeFrames(IReadOnlyList<IReadOnlyList<RgbImage>> frames) =>
        [.. frames.Select(pictures => Feature(pictures.Count, pictures[0].Width))];

    public IReadOnlyList<float[]> EncodeVoices(IReadOnlyList<float[]> voices) =>
        [.. voices.Select(voice => Feature(voice.Length, voice.Max()))];

    private float[] Feature(float first, float second)
    {
        var feature = new float[length];
        (feature[0], feature[1]) = (first, second);
        return feature;
    }
}
