using EmotionLlama.Datasets;
using EmotionLlama.Media;
using EmotionLlama.Models.Encoders;
using static TorchSharp.torch;

namespace EmotionLlama.Extraction;

/// <summary>The FaceMAE feature of a clip whose faces come one by one: one batch of them is held.</summary>
internal sealed class FaceAverage : IDisposable
{
    private const int Channels = 3;

    private readonly FeatureEncoders _encoders;
    private readonly ImageProcessor _processor;
    private readonly FeatureMean _mean = new(ExtractedClip.FeatureSize);
    private readonly float[] _batch;
    private readonly int _each;
    private int _waiting;

    /// <summary>Begins with no face.</summary>
    public FaceAverage(FeatureEncoders encoders)
    {
        _encoders = encoders;
        _processor = ImageProcessor.ForEncoders(encoders.FaceSize);
        _each = Channels * encoders.FaceSize * encoders.FaceSize;
        _batch = new float[FeatureEncoders.FaceBatch * _each];
    }

    /// <summary>Adds a face of any size.</summary>
    public void Add(RgbImage face)
    {
        _processor.Process(face, _batch.AsSpan(_waiting * _each, _each));
        if (++_waiting == FeatureEncoders.FaceBatch)
            Encode();
    }

    /// <summary>The mean of all faces' class tokens: <c>[1024]</c>; null where there was no face.</summary>
    public float[]? ToArray()
    {
        if (_waiting > 0)
            Encode();

        return _mean.Count > 0 ? _mean.ToArray() : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _mean.Dispose();

    private void Encode()
    {
        var size = _encoders.FaceSize;
        using var scope = NewDisposeScope();
        _encoders.EncodeFaces(tensor(_batch, [FeatureEncoders.FaceBatch, Channels, size, size])[.._waiting], _mean);
        _waiting = 0;
    }
}
