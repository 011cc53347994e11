using EmotionLlama.Media;
using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>
/// The encoder of a VideoMAE over all tubelets of a video: the temporal encoder of Emotion-LLaMA. A clip's feature is
/// the mean of its tokens.
/// </summary>
/// <remarks>Tong et al., "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video
/// Pre-Training", 2022. Weight names are those of the Hugging Face checkpoints.</remarks>
public sealed class VideoMaeEncoder : IDisposable
{
    private readonly Tensor _patchWeight;
    private readonly Tensor _patchBias;
    private readonly Tensor _positions;
    private readonly VisionEncoderLayer[] _layers;
    private readonly LayerNorm? _norm;

    /// <summary>Builds the encoder from its weights.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where the weights are found, with the device and data type they get.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public VideoMaeEncoder(VideoMaeConfig config, WeightReader weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        EncoderTensors.Check(weights, "VideoMAE", EncoderTensors.Of(config));
        Config = config;
        Device = weights.Device;
        Dtype = weights.Dtype;
        long hidden = config.HiddenSize, patch = config.PatchSize;
        _patchWeight = weights.Take(
            "embeddings.patch_embeddings.projection.weight", hidden, 3, config.TubeletSize, patch, patch);
        _patchBias = weights.Take("embeddings.patch_embeddings.projection.bias", hidden);
        using var positions = SinusoidalPositions(config.Tokens, config.HiddenSize);
        _positions = positions.to(Dtype, Device, copy: true).DetachFromDisposeScope();
        _layers = [.. Enumerable.Range(0, config.Layers)
            .Select(i => new VisionEncoderLayer(config, weights.Under($"encoder.layer.{i}.")))];
        _norm = config.FinalNorm ? new LayerNorm(weights.Under("layernorm."), hidden, config.NormEpsilon) : null;
    }

    /// <summary>Sizes.</summary>
    public VideoMaeConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Data type of the weights and of the arithmetic.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Encodes videos.</summary>
    /// <param name="videos"><c>[batch, frames, 3, imageSize, imageSize]</c> from 0 to 1, on any device and of any data
    /// type.</param>
    /// <returns>The tokens, by time, then row, then column: <c>[batch, tokens, hidden]</c>.</returns>
    /// <exception cref="ArgumentException">The videos have another shape.</exception>
    public Tensor Forward(Tensor videos)
    {
        ArgumentNullException.ThrowIfNull(videos);
        var size = Config.ImageSize;
        if (videos.shape is not [_, var frames, 3, var height, var width]
            || frames != Config.Frames || height != size || width != size)
        {
            throw new ArgumentException($"expected videos [batch, {Config.Frames}, 3, {size}, {size}], not "
                + $"[{string.Join(", ", videos.shape)}]", nameof(videos));
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long[] step = [Config.TubeletSize, Config.PatchSize, Config.PatchSize];
        var patches = functional.conv3d(videos.to(Dtype, Device).transpose(1, 2), _patchWeight, _patchBias, step)
            .flatten(2).transpose(1, 2);
        var hidden = patches.Plus(_positions);
        foreach (var layer in _layers)
        {
            using var input = hidden;
            hidden = layer.Forward(input);
        }

        return (_norm is null ? hidden : _norm.Forward(hidden)).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of a clip: the tokens of its chosen frames, averaged.</summary>
    /// <param name="frames">The face in each frame that <see cref="Media.Clips.FrameSegments.Indices"/> names, in its
    /// order; any size.</param>
    /// <returns><c>[hidden]</c></returns>
    /// <exception cref="ArgumentException">These are more or fewer frames than the model takes.</exception>
    public float[] Encode(IReadOnlyList<RgbImage> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count != Config.Frames)
            throw new ArgumentException($"expected {Config.Frames} frames, not {frames.Count}", nameof(frames));

        var processor = ImageProcessor.ForEncoders(Config.ImageSize);
        using var scope = NewDisposeScope();
        return Encode(stack(frames.Select(processor.Process)));
    }

    /// <summary>The same of frames that are prepared already.</summary>
    /// <param name="frames"><c>[frames, 3, imageSize, imageSize]</c> from 0 to 1.</param>
    internal float[] Encode(Tensor frames)
    {
        using var scope = NewDisposeScope();
        using var mean = new FeatureMean(Config.HiddenSize);
        mean.Add(Forward(frames.unsqueeze(0)).squeeze(0));
        return mean.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in (IDisposable?[])[_patchWeight, _patchBias, _positions, .. _layers, _norm])
            part?.Dispose();
    }

    /// <summary>The table of positions: sines in the even channels, cosines in the odd ones.</summary>
    /// <param name="tokens">Positions.</param>
    /// <param name="channels">Channels.</param>
    /// <returns><c>[tokens, channels]</c>, float32.</returns>
    /// <remarks>Vaswani et al., "Attention Is All You Need", 2017, section 3.5.</remarks>
    internal static Tensor SinusoidalPositions(int tokens, int channels)
    {
        var table = new float[tokens * (long)channels];
        for (var channel = 0; channel < channels; channel++)
        {
            var wavelength = Math.Pow(10_000, (channel - (channel % 2)) / (double)channels);
            for (var token = 0; token < tokens; token++)
            {
                var angle = token / wavelength;
                table[(token * (long)channels) + channel] =
                    (float)(channel % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }

        return tensor(table, [tokens, channels]);
    }
}
