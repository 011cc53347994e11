using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>One layer of ViT-MAE and VideoMAE: attention and a feed-forward layer, with layer normalization before
/// each.</summary>
internal sealed class VisionEncoderLayer : IDisposable
{
    private readonly int _heads;
    private readonly LayerNorm _normBefore, _normAfter;
    private readonly Dense _query, _key, _value, _out, _inner, _outer;

    public VisionEncoderLayer(VisionEncoderConfig config, WeightReader weights)
    {
        long hidden = config.HiddenSize;
        _heads = config.Heads;
        _normBefore = new LayerNorm(weights.Under("layernorm_before."), hidden, config.NormEpsilon);
        _query = Projection("query", config.AttentionBias);

        // A bias of the keys adds the same to all of a token's scores. Only some versions of transformers write it.
        _key = Projection("key", bias: false);
        _value = Projection("value", config.AttentionBias);
        _out = new Dense(weights.Under("attention.output.dense."), hidden, hidden);
        _normAfter = new LayerNorm(weights.Under("layernorm_after."), hidden, config.NormEpsilon);
        _inner = new Dense(weights.Under("intermediate.dense."), config.IntermediateSize, hidden);
        _outer = new Dense(weights.Under("output.dense."), hidden, config.IntermediateSize);

        Dense Projection(string name, bool bias) =>
            new(weights.Under($"attention.attention.{name}."), hidden, hidden, bias);
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="x"><c>[batch, tokens, hidden]</c>.</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var normed = _normBefore.Forward(x);
        var attended = Operators.FullAttention(Heads(_query), Heads(_key), Heads(_value));
        var hidden = x.Plus(_out.Forward(attended));
        var inner = functional.gelu(_inner.Forward(_normAfter.Forward(hidden)));
        return hidden.Plus(_outer.Forward(inner)).MoveToOuterDisposeScope();

        Tensor Heads(Dense map) => map.Forward(normed).view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in (IDisposable[])[_normBefore, _query, _key, _value, _out, _normAfter, _inner, _outer])
            part.Dispose();
    }
}
