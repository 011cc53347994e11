using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>
/// Keys and values of the tokens so far, for each layer of a Llama and each of several sequences: prompts, which may have
/// different lengths, and the answers to them. A prompt is kept once, however many sequences go on from it, as the beams
/// of a beam search do. No padding stands between tokens.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    /// <summary>Keys and values of each layer: <c>[2, prompts, keyHeads, longest, channels]</c>.</summary>
    private readonly Tensor[] _prompts;

    /// <summary>Keys and values of each layer: <c>[2, sequences, keyHeads, capacity, channels]</c>.</summary>
    private readonly Tensor[] _answers;

    private readonly LlamaConfig _config;
    private readonly Device _device;
    private readonly Tensor _promptLengths;
    private readonly Tensor _one;
    private readonly CachedTokens[] _layers;
    private int[] _lengths;
    private int[] _promptOfRow;
    private CachedSequences _sequences;

    /// <summary>Allocates an empty cache, with one sequence for each prompt.</summary>
    /// <param name="config">Sizes of the Llama.</param>
    /// <param name="promptLengths">Tokens of each prompt.</param>
    /// <param name="capacity">The most tokens of an answer.</param>
    /// <param name="dtype">Data type of the Llama's arithmetic.</param>
    /// <param name="device">Where the cache lies.</param>
    /// <param name="rowsOfPrompt">Sequences of a prompt for which there shall be room from the start.</param>
    public KeyValueCache(
        LlamaConfig config,
        IReadOnlyList<int> promptLengths,
        int capacity,
        ScalarType dtype,
        Device device,
        int rowsOfPrompt = 1)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(promptLengths);
        _config = config;
        _device = device;
        _lengths = [.. promptLengths];
        _promptOfRow = [.. Enumerable.Range(0, _lengths.Length)];
        Capacity = capacity;
        long[] prompts = [2, _lengths.Length, config.KeyValueHeads, _lengths.Max(), config.HeadSize];
        long[] answers = [2, _lengths.Length * rowsOfPrompt, config.KeyValueHeads, capacity, config.HeadSize];
        _prompts = new Tensor[config.Layers];
        _answers = new Tensor[config.Layers];
        _layers = new CachedTokens[config.Layers];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            // What stands behind a short prompt is masked, but must be a number.
            _prompts[layer] = zeros(prompts, dtype, device).DetachFromDisposeScope();
            _answers[layer] = empty(answers, dtype, device).DetachFromDisposeScope();
        }

        using var scope = NewDisposeScope();
        _promptLengths = Indexes(_lengths, device).DetachFromDisposeScope();
        _one = ones([], ScalarType.Int64, device).DetachFromDisposeScope();
        _sequences = Place(0, old: null);
        LookAtLayers();
    }

    /// <summary>Tokens kept of each sequence.</summary>
    public IReadOnlyList<int> Lengths => [.. _promptOfRow.Select(prompt => _lengths[prompt] + AnswerTokens)];

    /// <summary>Tokens kept of each answer.</summary>
    public int AnswerTokens => _sequences.AnswerTokens;

    /// <summary>The most tokens of an answer.</summary>
    public int Capacity { get; }

    /// <summary>Number of sequences.</summary>
    public int Sequences => _promptOfRow.Length;

    /// <summary>Numbers that there is room for.</summary>
    internal long Values => _prompts.Concat(_answers).Sum(states => states.numel());

    /// <summary>Position of each sequence's next token: <c>[sequences]</c>, int64, on the device.</summary>
    internal Tensor Positions => _sequences.Positions;

    /// <summary>Whether <see cref="Attend"/> and <see cref="AdvanceOnDevice"/> are the same calls for every token.
    /// </summary>
    internal bool IsRepeatable => CachedAttention.UsesKernels(_answers[0], _config.HeadSize);

    /// <summary>Keeps the keys and values of whole prompts; call once per layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="key"><c>[tokens, keyHeads, channels]</c>, packed.</param>
    /// <param name="value"><c>[tokens, keyHeads, channels]</c>, packed.</param>
    /// <param name="layout">Where the prompts lie in the row.</param>
    public void Fill(int layer, Tensor key, Tensor value, SequenceLayout layout)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        var start = 0L;
        for (var prompt = 0; prompt < layout.Count; prompt++)
        {
            var length = layout.Lengths[prompt];
            var kept = _prompts[layer].select(1, prompt).narrow(2, 0, length);
            kept.select(0, 0).copy_(key.narrow(0, start, length).transpose(0, 1));
            kept.select(0, 1).copy_(value.narrow(0, start, length).transpose(0, 1));
            start += length;
        }
    }

    /// <summary>Keeps one new token per sequence and attends over all kept ones, the new one included.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="row">Queries, keys and values, before their rotation:
    /// <c>[sequences, (heads + 2 · keyHeads) · channels]</c>; may be changed in place.</param>
    /// <param name="rotations">The angles of <see cref="Positions"/>.</param>
    /// <returns><c>[sequences, heads · channels]</c>.</returns>
    internal Tensor Attend(int layer, Tensor row, Rotations rotations) =>
        CachedAttention.Attend(row, rotations, _layers[layer], _sequences, _config.Heads);

    /// <summary>Counts a token that all layers have kept, where the device counts; then call <see cref="Advance"/>.
    /// </summary>
    internal void AdvanceOnDevice() => Positions.AddInPlace(_one);

    /// <summary>Counts a token that all layers have kept, on the host.</summary>
    internal void Advance() => _sequences.AnswerTokens++;

    /// <summary>Replaces the sequences by copies of some of them: the surviving beams of a beam search, or the
    /// sequences that have not ended. Only answers are copied, and none that keeps its place where that can be helped;
    /// prompts that no sequence needs are dropped.</summary>
    /// <param name="sources">For each new sequence the old one it goes on from.</param>
    /// <returns>Whether shapes or places in memory have changed: with as many sequences as before, and room for them,
    /// they have not.</returns>
    public bool Reorder(IReadOnlyList<int> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == Sequences && IsInPlace(sources))
            return false;

        using var scope = NewDisposeScope();
        var (before, answerTokens) = (Sequences, AnswerTokens);
        _promptOfRow = [.. sources.Select(source => _promptOfRow[source])];
        int[] used = [.. _promptOfRow.Distinct()];
        if (used.Length < _lengths.Length)
        {
            for (var layer = 0; layer < _prompts.Length; layer++)
                _prompts[layer] = Move(_prompts[layer], used, _lengths.Max());

            _lengths = [.. used.Select(prompt => _lengths[prompt])];
            _promptLengths.narrow(0, 0, used.Length).copy_(Indexes(_lengths, _device));
            _promptOfRow = [.. _promptOfRow.Select(prompt => Array.IndexOf(used, prompt))];
        }

        for (var layer = 0; layer < _answers.Length; layer++)
            _answers[layer] = Move(_answers[layer], sources, answerTokens);

        _sequences = Place(answerTokens, _sequences);
        LookAtLayers();
        return Sequences != before;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sequences.Positions.Dispose();
        _sequences.PromptOfRow.Dispose();
        _sequences.Mask?.Dispose();
        _promptLengths.Dispose();
        _one.Dispose();
        DisposeViews();
        foreach (var kept in _prompts.Concat(_answers))
            kept.Dispose();
    }

    /// <summary>Copies sequences, or prompts, to new places, in place where there is room.</summary>
    private static Tensor Move(Tensor states, IReadOnlyList<int> sources, int tokens)
    {
        if (IsInPlace(sources) || (tokens == 0 && sources.Count <= states.shape[1]))
            return states;

        using var scope = NewDisposeScope();
        var kept = states.narrow(3, 0, tokens);
        if (sources.Index().All(pair => pair.Item == pair.Index || pair.Item >= sources.Count))
        {
            // No sequence is overwritten that another one still needs.
            foreach (var (target, source) in sources.Index().Where(pair => pair.Item != pair.Index))
                kept.select(1, target).copy_(kept.select(1, source));

            return states;
        }

        var selected = kept.index_select(1, Indexes(sources, states.device));
        var moved = sources.Count <= states.shape[1]
            ? states
            : empty([states.shape[0], sources.Count, .. states.shape[2..]], states.dtype, states.device);
        moved.narrow(1, 0, sources.Count).narrow(3, 0, tokens).copy_(selected);
        if (!ReferenceEquals(moved, states))
        {
            states.Dispose();
            moved.DetachFromDisposeScope();
        }

        return moved;
    }

    private static bool IsInPlace(IReadOnlyList<int> sources) => sources.Index().All(pair => pair.Item == pair.Index);

    private static Tensor Indexes(IEnumerable<int> values, Device device) =>
        tensor(values.Select(value => (long)value).ToArray()).Send(device);

    /// <summary>Tells the device where the sequences stand.</summary>
    private CachedSequences Place(int answerTokens, CachedSequences? old)
    {
        using var scope = NewDisposeScope();
        var positions = Indexes(_promptOfRow.Select(prompt => _lengths[prompt] + answerTokens), _device);
        var promptOfRow = Indexes(_promptOfRow, _device);
        if (old?.Positions.shape[0] == _promptOfRow.Length)
        {
            // Recorded work reads these places.
            old.Positions.copy_(positions);
            old.PromptOfRow.copy_(promptOfRow);
            (positions, promptOfRow) = (old.Positions, old.PromptOfRow);
        }
        else
        {
            positions.DetachFromDisposeScope();
            promptOfRow.DetachFromDisposeScope();
            old?.Positions.Dispose();
            old?.PromptOfRow.Dispose();
        }

        old?.Mask?.Dispose();
        return new CachedSequences
        {
            Positions = positions,
            PromptOfRow = promptOfRow,
            PromptLengths = _promptLengths,
            Mask = Mask()?.DetachFromDisposeScope(),
            RowsOfPrompt = RowsOfPrompt(),
            AnswerTokens = answerTokens,
        };
    }

    private Tensor? Mask()
    {
        if (_lengths.All(length => length == _prompts[0].shape[3]))
            return null;

        var places = TensorArithmetic.Range(_prompts[0].shape[3], ScalarType.Int64, _device).unsqueeze(0);
        var lengths = Indexes(_promptOfRow.Select(prompt => _lengths[prompt]), _device).unsqueeze(1);
        var none = TensorArithmetic.Filled([], double.NegativeInfinity, _prompts[0].dtype, _device);
        return where(places.lt(lengths), zeros_like(none), none).unsqueeze(1).unsqueeze(1);
    }

    private int RowsOfPrompt()
    {
        var each = _promptOfRow.Length / _lengths.Length;
        return _promptOfRow.Index().All(pair => pair.Item == pair.Index / each) ? each : 0;
    }

    /// <summary>Looks at the part of each layer that is in use.</summary>
    private void LookAtLayers()
    {
        DisposeViews();
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            using var scope = NewDisposeScope();
            var (prompts, answers) =
                (_prompts[layer].narrow(1, 0, _lengths.Length), _answers[layer].narrow(1, 0, Sequences));
            _layers[layer] = new CachedTokens(
                prompts.select(0, 0).DetachFromDisposeScope(),
                prompts.select(0, 1).DetachFromDisposeScope(),
                answers.select(0, 0).DetachFromDisposeScope(),
                answers.select(0, 1).DetachFromDisposeScope());
        }
    }

    private void DisposeViews()
    {
        foreach (var layer in _layers.OfType<CachedTokens>())
        {
            foreach (var view in (Tensor[])[layer.PromptKeys, layer.PromptValues, layer.AnswerKeys, layer.AnswerValues])
                view.Dispose();
        }
    }
}
