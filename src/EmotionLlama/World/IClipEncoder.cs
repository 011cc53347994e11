using EmotionLlama.Media;

namespace EmotionLlama.World;

/// <summary>Turns what is seen and heard in clips into the three features of the MERR data. Each call encodes several
/// clips at once and returns one vector of <see cref="FeatureLength"/> numbers for each, in order. Calls come from one
/// thread at a time.</summary>
public interface IClipEncoder
{
    /// <summary>The length of every feature.</summary>
    const int FeatureLength = 1024;

    /// <summary>Encodes faces (the FaceMAE feature).</summary>
    /// <param name="faces">For each clip, its crops from <see cref="ClipViews.PeakFaces"/>.</param>
    IReadOnlyList<float[]> EncodeFaces(IReadOnlyList<IReadOnlyList<RgbImage>> faces);

    /// <summary>Encodes movement (the VideoMAE feature).</summary>
    /// <param name="frames">For each clip, its frames from <see cref="ClipViews.Frames"/>.</param>
    IReadOnlyList<float[]> EncodeFrames(IReadOnlyList<IReadOnlyList<RgbImage>> frames);

    /// <summary>Encodes voices (the HuBERT feature).</summary>
    /// <param name="voices">For each clip, its waveform from <see cref="VoiceSynthesizer.Synthesize"/>; lengths
    /// differ.</param>
    IReadOnlyList<float[]> EncodeVoices(IReadOnlyList<float[]> voices);
}
