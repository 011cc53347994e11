using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>One decoder layer: grouped-query attention with rotary positions, then a SwiGLU feed-forward, each on the
/// normalized residual stream.</summary>
/// <remarks>The gradient is written out: the frozen weights need none, so there is one matrix product backwards for each
/// forwards, and nothing is kept that it does not use. Gradients go to the LoRA matrices as they arise.</remarks>
internal sealed class LlamaLayer : IDisposable
{
    private readonly LlamaConfig _config;
    private readonly Tensor _inputNorm;
    private readonly Tensor _postAttentionNorm;
    private readonly LoraLinear _queryKeyValue, _output, _gateUp, _down;

    /// <summary>Builds a layer.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where the layer's weights are found.</param>
    /// <param name="lora">Which projections get low-rank updates.</param>
    /// <param name="frozen">Makes the frozen matrices.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public LlamaLayer(LlamaConfig config, WeightReader weights, LoraSettings lora, FrozenMatrices frozen)
    {
        _config = config;
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        var attention = weights.Under("self_attn.");
        var feedForward = weights.Under("mlp.");
        _inputNorm = weights.Take("input_layernorm.weight", hidden);
        _postAttentionNorm = weights.Take("post_attention_layernorm.weight", hidden);
        _queryKeyValue = new LoraLinear(
            attention, hidden, lora, frozen, ("q_proj", queries), ("k_proj", keys), ("v_proj", keys));
        _output = new LoraLinear(attention, queries, lora, frozen, ("o_proj", hidden));
        _gateUp = new LoraLinear(feedForward, hidden, lora, frozen, ("gate_proj", inner), ("up_proj", inner));
        _down = new LoraLinear(feedForward, inner, lora, frozen, ("down_proj", hidden));
    }

    /// <summary>The matrices of the low-rank updates under the names of their projections.</summary>
    public IEnumerable<TrainedParameter> Trained =>
        from part in Parts
        from parameter in part.Linear.Trained
        select parameter with { Name = $"{part.Name}.{parameter.Name}" };

    /// <summary>The frozen weights under their Hugging Face names; projections are views.</summary>
    public IEnumerable<(string Name, Tensor Value)> FrozenWeights =>
    [
        ("input_layernorm.weight", _inputNorm),
        ("post_attention_layernorm.weight", _postAttentionNorm),
        .. from part in Parts
           from map in part.Linear.Maps
           select ($"{part.Name}.{map.Name}.weight", map.Weight),
    ];

    /// <summary>The frozen weights as they lie in memory.</summary>
    public IEnumerable<Tensor> StoredWeights =>
        [_inputNorm, _postAttentionNorm, .. Parts.SelectMany(part => part.Linear.Frozen.Stored)];

    private IEnumerable<(string Name, LoraLinear Linear)> Parts =>
        [("self_attn", _queryKeyValue), ("self_attn", _output), ("mlp", _gateUp), ("mlp", _down)];

    /// <summary>Runs the layer without keeping anything for a gradient. What it makes belongs to the dispose scope that
    /// is open.</summary>
    /// <param name="stream">The residual stream.</param>
    /// <param name="attend">Rotation and attention: <c>[tokens, heads · channels]</c> of queries, keys and values,
    /// <c>[tokens, (heads + 2 · keyHeads) · channels]</c>.</param>
    /// <param name="rows">The tokens that matter behind this layer, <c>[rows]</c>, int64; null for all.</param>
    public ResidualStream Forward(ResidualStream stream, Func<Tensor, Tensor> attend, Tensor? rows = null)
    {
        var (input, normed, _) = Norm(stream, _inputNorm);
        var attended = attend(_queryKeyValue.Forward(normed));
        if (rows is not null)
            (input, attended) = (input.index_select(0, rows), attended.index_select(0, rows));

        var (middle, normedMiddle, _) = Norm(new(input, _output.Forward(attended)), _postAttentionNorm);
        var added = _down.Forward(FusedOperators.SwiGlu(_gateUp.Forward(normedMiddle)));
        return new ResidualStream(middle, added);
    }

    /// <summary>Runs the layer and keeps what <see cref="Backward"/> needs.</summary>
    /// <param name="stream">The residual stream.</param>
    /// <param name="rotations">The tokens' angles.</param>
    /// <param name="layout">Where the sequences lie in the row.</param>
    /// <param name="dropout">The masks of this layer.</param>
    /// <param name="rows">The tokens that matter behind this layer; null for all.</param>
    /// <param name="output">What the layer gives on; belongs to the dispose scope that is open.</param>
    /// <returns>What is kept, which the caller disposes; with it, <see cref="ResidualStream.Sum"/> of the output.
    /// </returns>
    public LayerActivations Forward(
        ResidualStream stream,
        Rotations rotations,
        SequenceLayout layout,
        LayerDropout dropout,
        Tensor? rows,
        out ResidualStream output)
    {
        using var scope = NewDisposeScope();
        dropout.QueryKeyValue ??= dropout.Draw(_queryKeyValue, stream.Sum);
        var first = Norm(stream, _inputNorm, _queryKeyValue, dropout.QueryKeyValue);
        var input = first.Sum;
        var (row, updates) = _queryKeyValue.ForwardApart(first.Rows, first.Dropped, out var queryKept);
        var attention = PackedAttention.Forward(Rope(row, rotations, updates), layout);
        var (attended, rest) = rows is null
            ? (attention.Output, input)
            : (attention.Output.index_select(0, rows), input.index_select(0, rows));

        dropout.Output ??= dropout.Draw(_output, attended);
        var mixed = _output.Forward(attended, Drop(attended, dropout.Output), out var outputKept);
        dropout.GateUp ??= dropout.Draw(_gateUp, rest);
        var second = Norm(new(rest, mixed), _postAttentionNorm, _gateUp, dropout.GateUp);
        var middle = second.Sum;
        var (gateUp, gated) = Gated(second, out var gateKept);
        dropout.Down ??= gated.Wide is null ? null : dropout.Draw(_down, gated.Wide);
        var added = _down.Forward(gated, gated.Wide is null ? null : Drop(gated.Wide, dropout.Down), out var downKept);
        output = new(middle, added.MoveToOuterDisposeScope());
        return new LayerActivations
        {
            Input = input,
            Attention = attention,
            Middle = middle,
            GateUp = gateUp,
            Updates = (queryKept, outputKept, gateKept, downKept),
        }.Detach();
    }

    /// <summary>The gradient of the layer's input; those of the LoRA matrices are added to theirs.</summary>
    /// <param name="gradient">Gradient of the residual stream behind the layer, <c>[rows, hidden]</c>.</param>
    /// <param name="kept">What the forward pass kept.</param>
    /// <param name="rotations">The tokens' angles.</param>
    /// <param name="dropout">The masks of this layer.</param>
    /// <param name="rows">The tokens that matter behind this layer; null for all.</param>
    /// <param name="wanted">The tokens before this layer whose gradient is wanted, <c>[n]</c>, int64; null for all.</param>
    /// <returns>Gradient of the residual stream before the layer, <c>[tokens, hidden]</c>; at tokens that are not wanted, only a
    /// part of it.</returns>
    public Rows Backward(
        Rows gradient,
        LayerActivations kept,
        Rotations rotations,
        LayerDropout dropout,
        Tensor? rows,
        Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        var gateUp = kept.GateUp ?? GateUpAgain(kept.Middle, dropout.GateUp);
        var gateUpGradient = GatedBackward(gradient, kept.Updates.Down, dropout.Down, gateUp);
        var middle = NormBackward(
            _gateUp.Backward(gateUpGradient, kept.Updates.GateUp),
            dropout.GateUp,
            kept.Middle,
            _postAttentionNorm,
            gradient,
            _output.GradientForms);
        var attended = Whole(_output.Backward(middle, kept.Updates.Output), dropout.Output);
        if (rows is not null)
            (attended, middle) = (Spread(attended, rows, kept), Spread(middle.Full, rows, kept));

        var row = kept.Attention.Backward(attended, rotations, _queryKeyValue.GradientForms);
        var (frozen, low) = _queryKeyValue.Backward(row, kept.Updates.QueryKeyValue, wanted);
        return NormBackward(
            (wanted is null ? frozen : Spread(frozen, wanted, kept), low),
            dropout.QueryKeyValue,
            kept.Input,
            _inputNorm,
            middle,
            _down.GradientForms).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the low-rank updates to the frozen weights for good.</summary>
    public void MergeLora()
    {
        foreach (var (_, linear) in Parts)
            linear.Merge();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputNorm.Dispose();
        _postAttentionNorm.Dispose();
        foreach (var (_, linear) in Parts)
            linear.Dispose();
    }

    private Tensor GateUpAgain(Tensor middle, DropoutMask? dropout)
    {
        var normed = Norm(new(middle, null), _postAttentionNorm, _gateUp, dropout);
        return _gateUp.Forward(normed.Rows, normed.Dropped, out _);
    }

    private (Tensor GateUp, Rows Gated) Gated(NormedRows normed, out LoraActivations? kept)
    {
        kept = null;
        if (!_gateUp.HasAdapters)
            return _gateUp.Frozen.ForwardGated(normed.Rows, _down.GradientForms);

        var gateUp = _gateUp.Forward(normed.Rows, normed.Dropped, out kept);
        return (gateUp, QuantizingOperators.SwiGlu(gateUp, _down.GradientForms));
    }

    private Rows GatedBackward(Rows gradient, LoraActivations? kept, DropoutMask? dropout, Tensor gateUp) =>
        _down.HasAdapters
            ? QuantizingOperators.SwiGluBackward(
                Whole(_down.Backward(gradient, kept), dropout), gateUp, _gateUp.GradientForms)
            : _down.Frozen.BackwardGated(gradient, gateUp, _gateUp.GradientForms);

    private NormedRows Norm(ResidualStream stream, Tensor weight) =>
        FusedOperators.AddRmsNorm(stream.Sum, stream.Added, weight, _config.NormEpsilon);

    private NormedRows Norm(ResidualStream stream, Tensor weight, LoraLinear next, DropoutMask? dropout) =>
        QuantizingOperators.AddRmsNorm(
            stream.Sum, stream.Added, weight, _config.NormEpsilon, dropout, next.InputForms(dropout));

    private Rows NormBackward(
        (Tensor Frozen, Tensor? Low) gradient,
        DropoutMask? dropout,
        Tensor x,
        Tensor weight,
        Rows residual,
        RowForms forms) =>
        QuantizingOperators.RmsNormBackward(
            gradient.Frozen, gradient.Low, dropout, x, weight, _config.NormEpsilon, residual.Full, forms);

    /// <summary>Splits a row, adds its updates, and turns queries and keys.</summary>
    public QueryKeyValue Rope(Tensor row, Rotations rotations, params IReadOnlyList<LowRankUpdate> updates) =>
        FusedOperators.Rope(row, rotations, _config.Heads, _config.KeyValueHeads, updates);

    private static Tensor Whole((Tensor Frozen, Tensor? Low) gradient, DropoutMask? dropout) =>
        gradient.Low is null
            ? gradient.Frozen
            : gradient.Frozen.AddInPlace(Drop(gradient.Low, dropout));

    private static Tensor Drop(Tensor x, DropoutMask? dropout) => dropout?.Apply(x) ?? x;

    private static Tensor Spread(Tensor some, Tensor rows, LayerActivations kept) =>
        zeros([kept.Input.size(0), some.size(1)], some.dtype, some.device).index_copy_(0, rows, some);
}
