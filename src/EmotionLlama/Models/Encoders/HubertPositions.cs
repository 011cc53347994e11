using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>The grouped convolution over time that stands for positions in HuBERT. Its weight is stored as directions
/// and lengths, one length for each place of the kernel.</summary>
/// <remarks>Salimans and Kingma, "Weight Normalization", 2016, equation 2.</remarks>
internal sealed class HubertPositions : IDisposable
{
    private readonly int _groups;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    public HubertPositions(HubertConfig config, WeightReader weights)
    {
        long hidden = config.HiddenSize, kernel = config.PositionKernel;
        _groups = config.PositionGroups;
        _bias = weights.Take("bias", hidden);
        using var scope = NewDisposeScope();
        var wide = weights.As(ScalarType.Float32);
        using var lengths = wide.Take("parametrizations.weight.original0", 1, 1, kernel);
        using var directions = wide.Take("parametrizations.weight.original1", hidden, hidden / _groups, kernel);
        var norms = directions.Squared().sum([0, 1], keepdim: true).sqrt();
        _weight = (directions * (lengths / norms)).to(weights.Dtype).DetachFromDisposeScope();
    }

    /// <summary>What positions add to frames.</summary>
    /// <param name="frames"><c>[batch, frames, hidden]</c>.</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var kernel = _weight.shape[2];
        var convolved = functional.conv1d(
            frames.transpose(1, 2), _weight, _bias, padding: kernel / 2, groups: _groups);

        // An even kernel makes one frame too many.
        return functional.gelu(convolved.narrow(2, 0, frames.shape[1])).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
