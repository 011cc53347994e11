using EmotionLlama.Media;
using EmotionLlama.Models;
using EmotionLlama.World;
using static TorchSharp.torch;

namespace EmotionLlama.Pretraining;

/// <summary>The tiny encoders that stand where FaceMAE, VideoMAE and HuBERT stand in the real system.</summary>
public sealed class TinyClipEncoders : IClipEncoder, IDisposable
{
    private readonly FeatureEncoder _face;
    private readonly FeatureEncoder _video;
    private readonly FeatureEncoder _voice;
    private readonly ImageProcessor _images = new(FeatureEncoder.ImageSize);

    /// <summary>Reads the encoders.</summary>
    /// <param name="source">A file with the prefixes <c>face_mae</c>, <c>video_mae</c> and <c>hubert</c>.</param>
    public TinyClipEncoders(IWeightSource source)
    {
        var weights = new WeightReader(source, CPU, ScalarType.Float32);
        _face = new FeatureEncoder(weights.Under("face_mae."));
        _video = new FeatureEncoder(weights.Under("video_mae."));
        _voice = new FeatureEncoder(weights.Under("hubert."));
    }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> EncodeFaces(IReadOnlyList<IReadOnlyList<RgbImage>> faces) =>
        Encode(_face, Pictures(faces, _images));

    /// <inheritdoc/>
    public IReadOnlyList<float[]> EncodeFrames(IReadOnlyList<IReadOnlyList<RgbImage>> frames) =>
        Encode(_video, Pictures(frames, _images));

    /// <inheritdoc/>
    public IReadOnlyList<float[]> EncodeVoices(IReadOnlyList<float[]> voices) => Encode(_voice, Spectrograms(voices));

    /// <inheritdoc/>
    public void Dispose()
    {
        _face.Dispose();
        _video.Dispose();
        _voice.Dispose();
    }

    /// <summary>Clips of equally many pictures as <c>[clips, pictures, 3, 64, 64]</c>.</summary>
    internal static Tensor Pictures(IReadOnlyList<IReadOnlyList<RgbImage>> clips, ImageProcessor images)
    {
        using var scope = NewDisposeScope();
        return stack(clips.Select(clip => stack(clip.Select(images.Process)))).MoveToOuterDisposeScope();
    }

    /// <summary>Voices as <c>[clips, 1, 3, 64, 64]</c>.</summary>
    internal static Tensor Spectrograms(IReadOnlyList<float[]> voices)
    {
        ArgumentNullException.ThrowIfNull(voices);
        using var scope = NewDisposeScope();
        return stack(voices.Select(voice => SpeechSpectrogram.Of(voice))).unsqueeze(1).MoveToOuterDisposeScope();
    }

    private static float[][] Encode(FeatureEncoder encoder, Tensor pictures)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var input = pictures;
        var features = encoder.Forward(input);
        return [.. Enumerable.Range(0, (int)features.shape[0]).Select(i => features[i].data<float>().ToArray())];
    }
}
