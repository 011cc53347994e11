using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models.Encoders;

/// <summary>One transformer layer of HuBERT: attention and a feed-forward layer, with layer normalization before each
/// (the large models) or behind each (the base ones).</summary>
internal sealed class HubertLayer : IDisposable
{
    private readonly int _heads;
    private readonly bool _normalizesInput;
    private readonly LayerNorm _norm, _finalNorm;
    private readonly Dense _query, _key, _value, _out, _inner, _outer;

    public HubertLayer(HubertConfig config, WeightReader weights)
    {
        long hidden = config.HiddenSize;
        _heads = config.Heads;
        _normalizesInput = config.StableLayerNorm;
        _query = new Dense(weights.Under("attention.q_proj."), hidden, hidden);
        _key = new Dense(weights.Under("attention.k_proj."), hidden, hidden);
        _value = new Dense(weights.Under("attention.v_proj."), hidden, hidden);
        _out = new Dense(weights.Under("attention.out_proj."), hidden, hidden);
        _norm = new LayerNorm(weights.Under("layer_norm."), hidden, config.NormEpsilon);
        _inner = new Dense(weights.Under("feed_forward.intermediate_dense."), config.IntermediateSize, hidden);
        _outer = new Dense(weights.Under("feed_forward.output_dense."), hidden, config.IntermediateSize);
        _finalNorm = new LayerNorm(weights.Under("final_layer_norm."), hidden, config.NormEpsilon);
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="x"><c>[batch, frames, hidden]</c>.</param>
    /// <returns>The same shape.</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (_normalizesInput)
        {
            var hidden = x.Plus(Attend(_norm.Forward(x)));
            return hidden.Plus(FeedForward(_finalNorm.Forward(hidden))).MoveToOuterDisposeScope();
        }

        var attended = _norm.Forward(x.Plus(Attend(x)));
        return _finalNorm.Forward(attended.Plus(FeedForward(attended))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in (IDisposable[])[_query, _key, _value, _out, _norm, _inner, _outer, _finalNorm])
            part.Dispose();
    }

    private Tensor Attend(Tensor x)
    {
        return _out.Forward(Operators.FullAttention(Heads(_query), Heads(_key), Heads(_value)));

        Tensor Heads(Dense map) => map.Forward(x).view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
    }

    private Tensor FeedForward(Tensor x)
    {
        // The widest tensors of the layer: let go of at once.
        using var inner = _inner.Forward(x);
        using var activated = functional.gelu(inner);
        return _outer.Forward(activated);
    }
}
