using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>
/// The Llama decoder: token embedding, layers of grouped-query attention with rotary positions and of SwiGLU
/// feed-forward, RMS normalization before each, and the output head. Several sequences go through it packed into one
/// row of tokens.
/// </summary>
/// <remarks>Touvron et al., "Llama 2: Open Foundation and Fine-Tuned Chat Models", 2023. Weight names are those of the
/// Hugging Face checkpoints.</remarks>
public sealed class Llama : IDisposable
{
    private readonly Tensor _embedding;
    private readonly Layer[] _layers;
    private readonly Tensor _norm;
    private readonly Tensor _head;
    private readonly Tensor _cosines;
    private readonly Tensor _sines;

    /// <summary>Builds the decoder from its weights, with fresh LoRA matrices.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where the weights are found, with the device and data type they get.</param>
    /// <param name="lora">Which projections get low-rank updates.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public Llama(LlamaConfig config, WeightReader weights, LoraSettings lora)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        Config = config;
        Device = weights.Device;
        Dtype = weights.Dtype;
        _embedding = weights.Take("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.Layers)
            .Select(i => new Layer(config, weights.Under($"model.layers.{i}."), lora))];
        _norm = weights.Take("model.norm.weight", config.HiddenSize);
        _head = config.TiedHead
            ? _embedding.alias().DetachFromDisposeScope()
            : weights.Take("lm_head.weight", config.VocabularySize, config.HiddenSize);
        (_cosines, _sines) = RotaryTables(config, Device, Dtype);
    }

    /// <summary>Sizes.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Data type of the frozen weights and of the arithmetic.</summary>
    public ScalarType Dtype { get; }

    /// <summary>The LoRA matrices, named as in a Hugging Face Llama:
    /// <c>model.layers.0.self_attn.q_proj.lora_A.weight</c>.</summary>
    public IEnumerable<NamedTensor> LoraParameters =>
        from layer in _layers.Select((layer, index) => (layer, index))
        from projection in layer.layer.Projections
        from matrix in (IEnumerable<(string Name, Tensor? Value)>)
            [("lora_A", projection.Map.A), ("lora_B", projection.Map.B)]
        where matrix.Value is not null
        select new NamedTensor(
            $"model.layers.{layer.index}.{projection.Name}.{matrix.Name}.weight", matrix.Value);

    /// <summary>The weights that stage 2 keeps frozen, under their Hugging Face names.</summary>
    public IEnumerable<NamedTensor> FrozenWeights
    {
        get
        {
            yield return new("model.embed_tokens.weight", _embedding);
            for (var i = 0; i < _layers.Length; i++)
            {
                foreach (var (name, value) in _layers[i].FrozenWeights)
                    yield return new($"model.layers.{i}.{name}", value);
            }

            yield return new("model.norm.weight", _norm);
            if (!Config.TiedHead)
                yield return new("lm_head.weight", _head);
        }
    }

    /// <summary>Looks up token embeddings.</summary>
    /// <param name="tokenIds"><c>[tokens]</c>, int64.</param>
    /// <returns><c>[tokens, hidden]</c>.</returns>
    public Tensor Embed(Tensor tokenIds) => _embedding.index_select(0, tokenIds);

    /// <summary>Runs the layers over packed sequences.</summary>
    /// <param name="embeddings"><c>[tokens, hidden]</c>.</param>
    /// <param name="layout">Where the sequences lie in the row.</param>
    /// <param name="training">Whether LoRA's dropout is on.</param>
    /// <param name="tape">Recomputes activations in the backward pass; null keeps them.</param>
    /// <param name="cache">Keeps the keys and values of these prompts for <see cref="Next"/>; null keeps none.</param>
    /// <returns>Hidden states before the last normalization, <c>[tokens, hidden]</c>.</returns>
    public Tensor Forward(
        Tensor embeddings,
        SequenceLayout layout,
        bool training = false,
        CheckpointTape? tape = null,
        KeyValueCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        CheckLength(layout.Longest);
        var (cosine, sine) = Rotations(layout.Positions);
        var hidden = embeddings;
        for (var i = 0; i < _layers.Length; i++)
        {
            var (layer, index) = (_layers[i], i);
            Tensor Run(Tensor x) => layer.Forward(
                x, cosine, sine, training, (q, k, v) =>
                {
                    cache?.Fill(index, k, v, layout);
                    return Operators.Attention(q, k, v, layout);
                });
            var output = tape is null ? Run(hidden) : tape.Run(Run, hidden);

            // A graph holds on to what it needs of an input; without one, layers need not pile up.
            if (tape is null && i > 0)
                hidden.Dispose();

            hidden = output;
        }

        cache?.Advance(layout.Lengths);
        return hidden;
    }

    /// <summary>Runs the layers over one new token per kept sequence.</summary>
    /// <param name="embeddings"><c>[sequences, hidden]</c>.</param>
    /// <param name="cache">What was kept of the sequences; the new tokens are added.</param>
    /// <returns>Hidden states before the last normalization, <c>[sequences, hidden]</c>.</returns>
    public Tensor Next(Tensor embeddings, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        CheckLength(cache.Lengths.Max() + 1);
        using var layout = SequenceLayout.NextTokens(cache.Lengths, Device);
        var (cosine, sine) = Rotations(layout.Positions);
        var hidden = embeddings;
        for (var i = 0; i < _layers.Length; i++)
        {
            var index = i;
            hidden = _layers[i].Forward(
                hidden, cosine, sine, training: false, (q, k, v) => cache.Attend(index, q, k, v));
        }

        cache.Advance(layout.Lengths);
        return hidden;
    }

    /// <summary>The last normalization and the output head.</summary>
    /// <param name="hidden">Hidden states <c>[n, hidden]</c>.</param>
    /// <returns>Next-token logits <c>[n, vocabulary]</c>.</returns>
    public Tensor Logits(Tensor hidden) =>
        functional.linear(Operators.RmsNorm(hidden, _norm, Config.NormEpsilon), _head);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();

        foreach (var tensor in (Tensor[])[_embedding, _norm, _head, _cosines, _sines])
            tensor.Dispose();
    }

    private void CheckLength(int tokens)
    {
        if (tokens > _cosines.shape[0])
        {
            throw new InputException($"a sequence of {tokens} tokens is longer than the model's "
                + $"max_position_embeddings ({_cosines.shape[0]}); shorten the prompt or max_txt_len");
        }
    }

    private (Tensor Cosine, Tensor Sine) Rotations(Tensor positions) =>
        (_cosines.index_select(0, positions).unsqueeze(1), _sines.index_select(0, positions).unsqueeze(1));

    /// <summary>cos and sin of position · θ^(−2i/channels): <c>[positions, channels]</c>, both halves alike.</summary>
    private static (Tensor Cosines, Tensor Sines) RotaryTables(LlamaConfig config, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var exponents = arange(0, config.HeadSize, 2, ScalarType.Float32) / config.HeadSize;
        var frequencies = 1 / pow(tensor(config.RopeTheta, ScalarType.Float32), exponents);
        var positions = arange(config.MaxPositions, ScalarType.Float32) / config.RopeFactor;
        var half = outer(positions, frequencies);
        var angles = cat([half, half], -1);
        return (angles.cos().to(dtype, device).DetachFromDisposeScope(),
            angles.sin().to(dtype, device).DetachFromDisposeScope());
    }

    private delegate Tensor AttentionOperator(Tensor query, Tensor key, Tensor value);

    /// <summary>One decoder layer.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly LlamaConfig _config;
        private readonly Tensor _inputNorm;
        private readonly Tensor _postAttentionNorm;
        private readonly LoraLinear _q, _k, _v, _o, _gate, _up, _down;

        public Layer(LlamaConfig config, WeightReader weights, LoraSettings lora)
        {
            _config = config;
            long hidden = config.HiddenSize, inner = config.IntermediateSize;
            long queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
            var attention = weights.Under("self_attn.");
            var feedForward = weights.Under("mlp.");
            _inputNorm = weights.Take("input_layernorm.weight", hidden);
            _postAttentionNorm = weights.Take("post_attention_layernorm.weight", hidden);
            _q = new LoraLinear(attention, "q_proj", hidden, queries, lora);
            _k = new LoraLinear(attention, "k_proj", hidden, keys, lora);
            _v = new LoraLinear(attention, "v_proj", hidden, keys, lora);
            _o = new LoraLinear(attention, "o_proj", queries, hidden, lora);
            _gate = new LoraLinear(feedForward, "gate_proj", hidden, inner, lora);
            _up = new LoraLinear(feedForward, "up_proj", hidden, inner, lora);
            _down = new LoraLinear(feedForward, "down_proj", inner, hidden, lora);
        }

        public IEnumerable<(string Name, LoraLinear Map)> Projections =>
        [
            ("self_attn.q_proj", _q), ("self_attn.k_proj", _k), ("self_attn.v_proj", _v), ("self_attn.o_proj", _o),
            ("mlp.gate_proj", _gate), ("mlp.up_proj", _up), ("mlp.down_proj", _down),
        ];

        public IEnumerable<(string Name, Tensor Value)> FrozenWeights =>
        [
            ("input_layernorm.weight", _inputNorm),
            ("post_attention_layernorm.weight", _postAttentionNorm),
            .. Projections.Select(projection => ($"{projection.Name}.weight", projection.Map.Weight)),
        ];

        public Tensor Forward(Tensor x, Tensor cosine, Tensor sine, bool training, AttentionOperator attend)
        {
            using var scope = NewDisposeScope();
            var normed = Operators.RmsNorm(x, _inputNorm, _config.NormEpsilon);
            var query = Operators.Rope(Heads(_q.Forward(normed, training)), cosine, sine);
            var key = Operators.Rope(Heads(_k.Forward(normed, training)), cosine, sine);
            var value = Heads(_v.Forward(normed, training));
            var attended = x + _o.Forward(attend(query, key, value), training);

            normed = Operators.RmsNorm(attended, _postAttentionNorm, _config.NormEpsilon);
            var gated = Operators.SwiGlu(_gate.Forward(normed, training), _up.Forward(normed, training));
            return (attended + _down.Forward(gated, training)).MoveToOuterDisposeScope();
        }

        private Tensor Heads(Tensor x) => x.view(x.shape[0], -1, _config.HeadSize);

        public void Dispose()
        {
            _inputNorm.Dispose();
            _postAttentionNorm.Dispose();
            foreach (var (_, map) in Projections)
                map.Dispose();
        }
    }
}
