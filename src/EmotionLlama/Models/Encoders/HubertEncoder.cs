using EmotionLlama.Media;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models.Encoders;

/// <summary>
/// HuBERT, the speech encoder of Emotion-LLaMA: convolutions over the waveform, a convolution for positions, and
/// transformer layers. A clip's feature is the mean of the last hidden state over time.
/// </summary>
/// <remarks>
/// <para>Hsu et al., "HuBERT: Self-Supervised Speech Representation Learning by Masked Prediction of Hidden Units",
/// 2021. Weight names are those of the Hugging Face checkpoints. Both kinds are computed: the base models (one group
/// normalization, layers that normalize their output) and the large ones (layer normalizations, layers that normalize
/// their input).</para>
/// <para>A sound is never cut for the attention, as that would change the numbers. Long sounds only go through the
/// convolutions in windows; behind them a second of sound takes about 3 MB with the large model in float32, whatever
/// the length.</para>
/// </remarks>
public sealed class HubertEncoder : IDisposable
{
    private const int WindowFrames = 1000;
    private const double VarianceEpsilon = 1e-7;

    private readonly HubertConvolutions _convolutions;
    private readonly LayerNorm? _projectionNorm;
    private readonly Dense _projection;
    private readonly HubertPositions _positions;
    private readonly HubertLayer[] _layers;
    private readonly LayerNorm _norm;

    /// <summary>Builds the encoder from its weights.</summary>
    /// <param name="config">Sizes and kind.</param>
    /// <param name="weights">Where the weights are found, with the device and data type they get.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public HubertEncoder(HubertConfig config, WeightReader weights)
        : this(config, weights, WindowFrames)
    {
    }

    /// <summary>Builds the encoder with windows of another length.</summary>
    internal HubertEncoder(HubertConfig config, WeightReader weights, int windowFrames)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        EncoderTensors.Check(weights, "HuBERT", EncoderTensors.Of(config));
        Config = config;
        Device = weights.Device;
        Dtype = weights.Dtype;
        long inputs = config.ConvolutionChannels[^1], hidden = config.HiddenSize;
        _convolutions = new HubertConvolutions(config, weights.Under("feature_extractor."), windowFrames);
        _projectionNorm = config.ProjectionNorm
            ? new LayerNorm(weights.Under("feature_projection.layer_norm."), inputs, config.NormEpsilon)
            : null;
        _projection = new Dense(weights.Under("feature_projection.projection."), hidden, inputs);
        _positions = new HubertPositions(config, weights.Under("encoder.pos_conv_embed.conv."));
        _layers = [.. Enumerable.Range(0, config.Layers)
            .Select(i => new HubertLayer(config, weights.Under($"encoder.layers.{i}.")))];
        _norm = new LayerNorm(weights.Under("encoder.layer_norm."), hidden, config.NormEpsilon);
    }

    /// <summary>Sizes and kind.</summary>
    public HubertConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Data type of the weights and of the arithmetic.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Gives a waveform zero mean and unit variance: <c>(x - mean) / √(variance + 1e-7)</c>.</summary>
    /// <param name="samples">The samples.</param>
    /// <returns><c>[samples]</c>, float32 on the CPU.</returns>
    /// <exception cref="InputException">A sample is no number, or infinite.</exception>
    public static Tensor Normalize(ReadOnlySpan<float> samples)
    {
        double sum = 0, squares = 0;
        foreach (var sample in samples)
            sum += sample;

        var mean = sum / samples.Length;
        foreach (var sample in samples)
            squares += (sample - mean) * (sample - mean);

        var scale = 1 / Math.Sqrt((squares / samples.Length) + VarianceEpsilon);
        if (!double.IsFinite(scale))
            throw new InputException("the sound holds samples that are no numbers");

        var normalized = new float[samples.Length];
        for (var i = 0; i < samples.Length; i++)
            normalized[i] = (float)((samples[i] - mean) * scale);

        return tensor(normalized);
    }

    /// <summary>Encodes waveforms.</summary>
    /// <param name="waveforms">Sound at 16 kHz, normalized as the model wants it: <c>[batch, samples]</c>, on any
    /// device and of any data type.</param>
    /// <param name="lastLayers">How many of the last hidden states are added up; 1 gives the last one. The input of the
    /// first layer counts as the earliest.</param>
    /// <returns><c>[batch, frames, hidden]</c></returns>
    /// <exception cref="InputException">The waveforms are too short for a frame.</exception>
    public Tensor Forward(Tensor waveforms, int lastLayers = 1)
    {
        ArgumentNullException.ThrowIfNull(waveforms);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastLayers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lastLayers, _layers.Length + 1);
        if (waveforms.dim() != 2)
            throw new ArgumentException("expected waveforms [batch, samples]", nameof(waveforms));

        CheckLength(waveforms.shape[1]);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var hidden = Embed(waveforms.to(Dtype, Device));
        Tensor? sum = null;
        for (var i = 0; i < _layers.Length; i++)
        {
            using var input = hidden;
            if (i > _layers.Length - lastLayers)
                sum = sum is null ? input.alias() : sum.Plus(input);

            hidden = _layers[i].Forward(input);
        }

        var last = Config is { StableLayerNorm: true, FinalNorm: true } ? _norm.Forward(hidden) : hidden;
        return (sum is null ? last : sum.Plus(last)).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes a sound frame by frame.</summary>
    /// <param name="sound">Sound at 16 kHz.</param>
    /// <param name="lastLayers">How many of the last hidden states are added up; 1 gives the last one.</param>
    /// <returns><c>[frames, hidden]</c>, on the encoder's device.</returns>
    /// <exception cref="InputException">The sound has another rate, is too short for a frame, or holds samples that are
    /// no numbers.</exception>
    public Tensor EncodeFrames(Waveform sound, int lastLayers = 1)
    {
        ArgumentNullException.ThrowIfNull(sound);
        if (sound.SampleRate != HubertConfig.SampleRate)
        {
            throw new InputException($"the sound has {sound.SampleRate} samples a second; HuBERT needs "
                + $"{HubertConfig.SampleRate}");
        }

        CheckLength(sound.Samples.Length);
        using var scope = NewDisposeScope();
        var input = Config.NormalizesWaveform ? Normalize(sound.Samples) : tensor(sound.Samples);
        return Forward(input.unsqueeze(0), lastLayers).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of a clip: the last hidden state, averaged over time.</summary>
    /// <param name="sound">Sound at 16 kHz.</param>
    /// <param name="lastLayers">How many of the last hidden states are added up; the features of MERR take 1.</param>
    /// <returns><c>[hidden]</c></returns>
    /// <exception cref="InputException">The sound has another rate, is too short for a frame, or holds samples that are
    /// no numbers.</exception>
    public float[] Encode(Waveform sound, int lastLayers = 1)
    {
        using var frames = EncodeFrames(sound, lastLayers);
        using var mean = new FeatureMean(Config.HiddenSize);
        mean.Add(frames);
        return mean.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in (IDisposable?[])
            [_convolutions, _projectionNorm, _projection, _positions, .. _layers, _norm])
        {
            part?.Dispose();
        }
    }

    /// <summary>The input of the first layer: <c>[batch, frames, hidden]</c>.</summary>
    private Tensor Embed(Tensor waveforms)
    {
        using var scope = NewDisposeScope();
        var frames = _convolutions.Forward(waveforms);
        var projected = _projection.Forward(_projectionNorm is null ? frames : _projectionNorm.Forward(frames));
        var placed = projected.Plus(_positions.Forward(projected));
        return (Config.StableLayerNorm ? placed : _norm.Forward(placed)).MoveToOuterDisposeScope();
    }

    private void CheckLength(long samples)
    {
        if (samples < Config.FrameWidth)
        {
            throw new InputException($"the sound has {samples} samples; HuBERT needs at least {Config.FrameWidth} "
                + $"({1000.0 * Config.FrameWidth / HubertConfig.SampleRate:0.#} ms)");
        }
    }
}
