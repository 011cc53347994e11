using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

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
    /// <summary>Logits of so many tokens exist at a time when a gradient is computed.</summary>
    internal const int TargetsAtOnce = 2048;

    private readonly Tensor _embedding;
    private readonly LlamaLayer[] _layers;
    private readonly Tensor _norm;
    private readonly Tensor _head;
    private readonly RotaryTable _angles;
    private readonly FrozenMatrices _frozen;

    /// <summary>Builds the decoder from its weights, with fresh LoRA matrices.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Where the weights are found, with the device and data type they get.</param>
    /// <param name="lora">Which projections get low-rank updates.</param>
    /// <param name="frozen">How the matrices of the layers are stored.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public Llama(
        LlamaConfig config, WeightReader weights, LoraSettings lora, FrozenFormat frozen = FrozenFormat.Auto)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(lora);
        Config = config;
        Device = weights.Device;
        Dtype = weights.Dtype;
        _frozen = new FrozenMatrices(frozen, Dtype, Device);
        _embedding = weights.Take("model.embed_tokens.weight", config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.Layers)
            .Select(i => new LlamaLayer(config, weights.Under($"model.layers.{i}."), lora, _frozen))];
        _norm = weights.Take("model.norm.weight", config.HiddenSize);
        _head = config.TiedHead
            ? _embedding.alias().DetachFromDisposeScope()
            : weights.Take("lm_head.weight", config.VocabularySize, config.HiddenSize);
        _angles = new RotaryTable(
            config.HeadSize, config.MaxPositions, config.RopeTheta, config.RopeFactor, Device);
        Trained = new FlatParameters([.. LoraTensors], Dtype, Device);
    }

    /// <summary>Sizes.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Data type of the frozen weights and of the arithmetic.</summary>
    public ScalarType Dtype { get; }

    /// <summary>The LoRA matrices, named as in a Hugging Face Llama:
    /// <c>model.layers.0.self_attn.q_proj.lora_A.weight</c>.</summary>
    public IEnumerable<NamedTensor> LoraParameters => LoraTensors.Select(
        parameter => new NamedTensor(parameter.Name, parameter.Tensor.Parts[parameter.Part]));

    /// <summary>The tensors that the LoRA matrices are parts of.</summary>
    internal IEnumerable<TrainedParameter> LoraTensors =>
        from layer in _layers.Index()
        from parameter in layer.Item.Trained
        select parameter with { Name = $"model.layers.{layer.Index}.{parameter.Name}" };

    /// <summary>What is trained with this decoder: the LoRA matrices and, inside a larger model, that model's own
    /// parameters. Owned by the decoder.</summary>
    internal FlatParameters Trained { get; private set; }

    /// <summary>Whether several threads may compute with these weights on streams of their own.</summary>
    internal bool SuitsStreams => !_frozen.ShareMemory;

    /// <summary>The weights that stage 2 keeps frozen, under their Hugging Face names. Some are views of
    /// <see cref="StoredWeights"/>.</summary>
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

    /// <summary>The same weights as they lie in memory: matrices with one input are one.</summary>
    internal IEnumerable<Tensor> StoredWeights =>
    [
        _embedding,
        .. _layers.SelectMany(layer => layer.StoredWeights),
        _norm,
        .. (IEnumerable<Tensor>)(Config.TiedHead ? [] : [_head]),
    ];

    /// <summary>Puts parameters of a larger model beside the LoRA matrices.</summary>
    /// <param name="parameters">All of them, the LoRA matrices included.</param>
    internal void TrainWith(IReadOnlyList<TrainedParameter> parameters)
    {
        using var old = Trained;
        Trained = new FlatParameters(parameters, Dtype, Device);
    }

    /// <summary>Looks up token embeddings.</summary>
    /// <param name="tokenIds"><c>[tokens]</c>, int64.</param>
    /// <returns><c>[tokens, hidden]</c>.</returns>
    public Tensor Embed(Tensor tokenIds) => _embedding.index_select(0, tokenIds);

    /// <summary>Runs the layers over packed sequences, keeping nothing for gradients. On plain operators it can be
    /// differentiated by libtorch.</summary>
    /// <param name="embeddings"><c>[tokens, hidden]</c>.</param>
    /// <param name="layout">Where the sequences lie in the row.</param>
    /// <param name="rows">The tokens whose hidden states are wanted, <c>[rows]</c>, int64; null for all.</param>
    /// <param name="cache">Keeps the keys and values of these prompts for the tokens behind them; null keeps none.</param>
    /// <returns>Hidden states before the last normalization, <c>[rows, hidden]</c>.</returns>
    public Tensor Forward(
        Tensor embeddings, SequenceLayout layout, Tensor? rows = null, KeyValueCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        Trained.Refresh();
        var rotations = Rotations(layout);
        var stream = new ResidualStream(embeddings, null);
        for (var i = 0; i < _layers.Length; i++)
        {
            using var part = NewDisposeScope();
            var (index, layer) = (i, _layers[i]);
            var next = layer.Forward(
                stream,
                row =>
                {
                    var states = layer.Rope(row, rotations);
                    cache?.Fill(index, states.Key, states.Value, layout);
                    return PackedAttention.Attend(states, layout);
                },
                i == _layers.Length - 1 ? rows : null).MoveToOuterDisposeScope();
            if (i > 0)
            {
                // A graph holds on to what it needs of an input; without one, layers need not pile up.
                stream.Sum.Dispose();
                stream.Added?.Dispose();
            }

            stream = next;
        }

        return Total(stream).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the layers over one new token per kept sequence. All that it makes belongs to the dispose scope that
    /// is open, so that the work can be recorded (<see cref="RepeatedWork"/>).</summary>
    /// <param name="embeddings"><c>[sequences, hidden]</c>.</param>
    /// <param name="cache">What was kept of the sequences; the new tokens are added, and counted on the device.</param>
    /// <returns>Hidden states before the last normalization, <c>[sequences, hidden]</c>.</returns>
    internal Tensor Next(Tensor embeddings, KeyValueCache cache)
    {
        CheckLength(cache.Lengths.Max() + 1);
        var rotations = new Rotations(_angles, cache.Positions, Dtype);
        var stream = new ResidualStream(embeddings, null);
        for (var i = 0; i < _layers.Length; i++)
        {
            var index = i;
            stream = _layers[i].Forward(stream, row => cache.Attend(index, row, rotations));
        }

        cache.AdvanceOnDevice();
        return Total(stream);
    }

    /// <summary>The last normalization and the output head.</summary>
    /// <param name="hidden">Hidden states <c>[n, hidden]</c>.</param>
    /// <returns>Next-token logits <c>[n, vocabulary]</c>.</returns>
    public Tensor Logits(Tensor hidden) =>
        FusedOperators.Linear(FusedOperators.AddRmsNorm(hidden, null, _norm, Config.NormEpsilon).Normed, _head);

    /// <summary>Runs the layers and the head, and goes back through all of them: the gradients of the LoRA matrices are
    /// added to theirs.</summary>
    /// <param name="embeddings"><c>[tokens, hidden]</c>.</param>
    /// <param name="layout">Where the sequences lie in the row.</param>
    /// <param name="rows">The tokens that predict, <c>[targets]</c>, int64.</param>
    /// <param name="targets">The tokens that they shall predict, <c>[targets]</c>, int64.</param>
    /// <param name="wanted">The tokens whose embeddings' gradient is wanted, <c>[n]</c>, int64.</param>
    /// <param name="factor">What the gradients are multiplied by.</param>
    /// <param name="training">Whether LoRA's dropout is on.</param>
    /// <param name="checkpoint">Which activations are computed again.</param>
    /// <param name="layerDone">Told each layer whose gradients are complete, the last layer first.</param>
    /// <returns>The sum of the targets' cross entropies, a float32 scalar, and <paramref name="factor"/> times the
    /// gradient of the wanted embeddings, <c>[n, hidden]</c>.</returns>
    public (Tensor Loss, Tensor Gradient) Backpropagate(
        Tensor embeddings,
        SequenceLayout layout,
        Tensor rows,
        Tensor targets,
        Tensor wanted,
        double factor,
        bool training,
        GradCheckpoint checkpoint,
        Action<int>? layerDone = null)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(layout);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Trained.Refresh();
        Trained.PrepareGradients();
        using var trace = new LlamaTrace(_layers, Rotations(layout), layout, rows, training, checkpoint);
        var hidden = Total(trace.Forward(embeddings));
        var (loss, gradient) = HeadBackward(hidden, targets, factor);
        gradient = trace.Backward(gradient, wanted, layerDone);
        return (loss.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    /// <summary>Adds the LoRA matrices to the frozen weights for good, so that answering costs nothing more than without
    /// them; such a model can no longer be trained or saved. Frozen weights of fewer bits keep them beside.</summary>
    public void MergeLora()
    {
        foreach (var layer in _layers)
            layer.MergeLora();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();

        foreach (var tensor in (Tensor[])[_embedding, _norm, _head])
            tensor.Dispose();

        _angles.Dispose();
        _frozen.Dispose();
        Trained.Dispose();
    }

    /// <summary>The loss and its gradient, some targets at a time, so that the logits of a large batch never exist
    /// together.</summary>
    private (Tensor Loss, Tensor Gradient) HeadBackward(Tensor hidden, Tensor targets, double factor)
    {
        using var scope = NewDisposeScope();
        var gradient = empty_like(hidden);
        var loss = zeros([], ScalarType.Float32, Device);
        for (var first = 0L; first < hidden.size(0); first += TargetsAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(TargetsAtOnce, hidden.size(0) - first);
            var states = hidden.narrow(0, first, count);
            var (partLoss, logits) = FusedOperators.CrossEntropy(
                Logits(states), targets.narrow(0, first, count), factor);
            loss.AddInPlace(partLoss);
            gradient.narrow(0, first, count).copy_(FusedOperators.RmsNormBackward(
                logits.mm(_head), null, null, states, _norm, Config.NormEpsilon, null));
        }

        return (loss.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    private static Tensor Total(ResidualStream stream) =>
        stream.Added is null ? stream.Sum : stream.Sum.Plus(stream.Added);

    private Rotations Rotations(SequenceLayout layout)
    {
        CheckLength(layout.Longest);
        return new Rotations(_angles, layout.Positions, Dtype);
    }

    private void CheckLength(int tokens)
    {
        if (tokens > _angles.Length)
        {
            throw new InputException($"a sequence of {tokens} tokens is longer than the model's "
                + $"max_position_embeddings ({_angles.Length}); shorten the prompt or max_txt_len");
        }
    }
}
