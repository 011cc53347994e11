using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>
/// HuBERT's convolutions over the waveform, which turn 16,000 samples a second into 50 frames. They hold the most
/// memory of the encoder by far, so a long sound goes through in windows. A frame depends on no samples but its own, so
/// the windows change nothing; what the base models normalize over the whole time is measured beforehand.
/// </summary>
internal sealed class HubertConvolutions : IDisposable
{
    private const double NormEpsilon = 1e-5;

    private readonly HubertConfig _config;
    private readonly int _windowFrames;
    private readonly Layer[] _layers;

    /// <summary>Reads the weights.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where they lie.</param>
    /// <param name="windowFrames">Frames of a window.</param>
    public HubertConvolutions(HubertConfig config, WeightReader weights, int windowFrames)
    {
        _config = config;
        _windowFrames = windowFrames;
        _layers = [.. Enumerable.Range(0, config.ConvolutionChannels.Count)
            .Select(i => new Layer(config, i, weights.Under($"conv_layers.{i}.")))];
    }

    /// <summary>Turns waveforms into frames.</summary>
    /// <param name="waveforms"><c>[batch, samples]</c>, of one frame at least.</param>
    /// <returns><c>[batch, frames, channels]</c></returns>
    public Tensor Forward(Tensor waveforms)
    {
        using var scope = NewDisposeScope();
        var statistics = _config.GroupNorm ? MeasureFirstLayer(waveforms) : null;
        var windows = Windows(_config.FramesOf(waveforms.shape[1]), _config.FrameStride, _config.FrameWidth)
            .Select(window => Run(waveforms.narrow(1, window.Start, window.Length), statistics))
            .ToList();
        return (windows.Count == 1 ? windows[0] : cat(windows, 1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }

    private Tensor Run(Tensor waveforms, Statistics? statistics)
    {
        using var scope = NewDisposeScope();
        var hidden = waveforms.unsqueeze(1);
        for (var i = 0; i < _layers.Length; i++)
        {
            using var input = hidden;
            hidden = _layers[i].Forward(input, i == 0 ? statistics : null);
        }

        return hidden.transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Mean and variance of each channel behind the first convolution, over the whole time.</summary>
    private Statistics MeasureFirstLayer(Tensor waveforms)
    {
        using var scope = NewDisposeScope();
        var (width, stride) = (_config.ConvolutionKernels[0], _config.ConvolutionStrides[0]);
        var count = ((waveforms.shape[1] - width) / stride) + 1;
        Tensor sum = zeros(1, ScalarType.Float64), squares = zeros(1, ScalarType.Float64);
        foreach (var window in Windows(count, stride, width))
        {
            using var inner = NewDisposeScope();
            var convolved = _layers[0].Convolve(waveforms.narrow(1, window.Start, window.Length).unsqueeze(1))
                .to(ScalarType.Float64);
            sum = sum.to(convolved.device).Plus(convolved.sum(2, keepdim: true)).MoveToOuterDisposeScope();
            squares = squares.to(convolved.device).Plus(convolved.Squared().sum(2, keepdim: true))
                .MoveToOuterDisposeScope();
        }

        var mean = sum.Over(count);
        var variance = (squares.Over(count) - mean.Squared()).AtLeast(0);
        return new Statistics(
            mean.to(ScalarType.Float32).MoveToOuterDisposeScope(),
            variance.Plus(NormEpsilon).rsqrt().to(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>Where to cut a waveform for windows of some outputs each.</summary>
    private IEnumerable<(long Start, long Length)> Windows(long outputs, long stride, long width)
    {
        var most = Math.Max(_windowFrames * _config.FrameStride / stride, 1);
        for (long first = 0; first < outputs; first += most)
            yield return (first * stride, ((Math.Min(most, outputs - first) - 1) * stride) + width);
    }

    /// <summary>What the first layer of a base model is normalized with.</summary>
    /// <param name="Mean"><c>[batch, channels, 1]</c>.</param>
    /// <param name="Scale">One over the deviation, <c>[batch, channels, 1]</c>.</param>
    private sealed record Statistics(Tensor Mean, Tensor Scale);

    /// <summary>One convolution, its normalization and its activation.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly int _stride;
        private readonly Tensor _weight;
        private readonly Tensor? _bias, _normWeight, _normBias;

        public Layer(HubertConfig config, int index, WeightReader weights)
        {
            long outputs = config.ConvolutionChannels[index];
            long inputs = index == 0 ? 1 : config.ConvolutionChannels[index - 1];
            _stride = config.ConvolutionStrides[index];
            _weight = weights.Take("conv.weight", outputs, inputs, config.ConvolutionKernels[index]);
            _bias = config.ConvolutionBias ? weights.Take("conv.bias", outputs) : null;
            if (config.GroupNorm && index > 0)
                return;

            _normWeight = weights.Take("layer_norm.weight", outputs);
            _normBias = weights.Take("layer_norm.bias", outputs);
        }

        public Tensor Convolve(Tensor x) => functional.conv1d(x, _weight, _bias, stride: _stride);

        public Tensor Forward(Tensor x, Statistics? statistics)
        {
            using var scope = NewDisposeScope();
            return functional.gelu(Normalize(Convolve(x), statistics)).MoveToOuterDisposeScope();
        }

        public void Dispose()
        {
            _weight.Dispose();
            _bias?.Dispose();
            _normWeight?.Dispose();
            _normBias?.Dispose();
        }

        private Tensor Normalize(Tensor x, Statistics? statistics)
        {
            if (_normWeight is null || _normBias is null)
                return x;

            if (statistics is null)
            {
                return functional.layer_norm(x.transpose(1, 2), _normWeight.shape, _normWeight, _normBias, NormEpsilon)
                    .transpose(1, 2);
            }

            var scaled = (x.to(ScalarType.Float32) - statistics.Mean) * statistics.Scale;
            return (scaled.to(x.dtype) * _normWeight.unsqueeze(1)).Plus(_normBias.unsqueeze(1));
        }
    }
}
