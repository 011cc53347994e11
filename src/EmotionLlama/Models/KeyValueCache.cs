using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>Keys and values of the tokens so far, for each layer of a Llama and each of several sequences, which may
/// have different lengths: no padding stands before or between them.</summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly Device _device;
    private int[] _lengths;
    private Tensor _rows;
    private Tensor _positions;
    private Tensor _mask;

    /// <summary>Allocates an empty cache.</summary>
    /// <param name="config">Sizes of the Llama.</param>
    /// <param name="sequences">Number of sequences.</param>
    /// <param name="capacity">The most tokens of a sequence.</param>
    /// <param name="dtype">Data type of the Llama's arithmetic.</param>
    /// <param name="device">Where the cache lies.</param>
    public KeyValueCache(LlamaConfig config, int sequences, int capacity, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(config);
        long[] shape = [sequences, capacity, config.KeyValueHeads, config.HeadSize];
        _keys = Allocate(config.Layers, shape, dtype, device);
        _values = Allocate(config.Layers, shape, dtype, device);
        _device = device;
        _lengths = new int[sequences];
        Capacity = capacity;
        _rows = TensorArithmetic.Range(sequences, ScalarType.Int64, device).DetachFromDisposeScope();
        _positions = zeros(sequences, ScalarType.Int64, device).DetachFromDisposeScope();
        _mask = zeros([sequences, 1, 1, 0], ScalarType.Bool, device).DetachFromDisposeScope();
    }

    /// <summary>Tokens kept of each sequence.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>The most tokens of a sequence.</summary>
    public int Capacity { get; }

    /// <summary>Number of sequences.</summary>
    public int Sequences => _lengths.Length;

    /// <summary>Keeps the keys and values of whole prompts; call once per layer, then <see cref="Advance"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="key"><c>[tokens, keyHeads, channels]</c>, packed.</param>
    /// <param name="value"><c>[tokens, keyHeads, channels]</c>, packed.</param>
    /// <param name="layout">Where the prompts lie in the row.</param>
    public void Fill(int layer, Tensor key, Tensor value, SequenceLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        var start = 0L;
        for (var sequence = 0; sequence < layout.Count; sequence++)
        {
            var length = layout.Lengths[sequence];
            _keys[layer].select(0, sequence).narrow(0, 0, length).copy_(key.narrow(0, start, length));
            _values[layer].select(0, sequence).narrow(0, 0, length).copy_(value.narrow(0, start, length));
            start += length;
        }
    }

    /// <summary>Keeps one new token per sequence and attends over all kept ones, the new one included.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="query"><c>[sequences, heads, channels]</c>.</param>
    /// <param name="key"><c>[sequences, keyHeads, channels]</c>.</param>
    /// <param name="value"><c>[sequences, keyHeads, channels]</c>.</param>
    /// <returns><c>[sequences, heads · channels]</c>.</returns>
    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        _keys[layer].index_put_(key, _rows, _positions);
        _values[layer].index_put_(value, _rows, _positions);
        var kept = _mask.shape[3];
        return Operators.CachedAttention(
            query, _keys[layer].narrow(1, 0, kept), _values[layer].narrow(1, 0, kept), _mask);
    }

    /// <summary>Counts the tokens that all layers have now kept.</summary>
    /// <param name="counts">New tokens of each sequence.</param>
    public void Advance(IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        _lengths = [.. _lengths.Zip(counts, (length, count) => length + count)];
        PrepareNext();
    }

    /// <summary>Replaces the sequences by copies of some of them: the surviving beams of a beam search, or the
    /// sequences that have not ended. Sequences that keep their place are not copied where that can be helped.</summary>
    /// <param name="sources">For each new sequence the old one it goes on from.</param>
    public void Reorder(IReadOnlyList<int> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == Sequences && sources.Index().All(pair => pair.Item == pair.Index))
            return;

        using var scope = NewDisposeScope();
        var index = tensor(sources.Select(source => (long)source).ToArray(), device: _device);
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer] = Select(_keys[layer], sources, index);
            _values[layer] = Select(_values[layer], sources, index);
        }

        _lengths = [.. sources.Select(source => _lengths[source])];
        _rows = Replace(_rows, TensorArithmetic.Range(sources.Count, ScalarType.Int64, _device));
        PrepareNext();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var kept in _keys.Concat(_values))
            kept.Dispose();

        _rows.Dispose();
        _positions.Dispose();
        _mask.Dispose();
    }

    /// <summary>Where the next token of each sequence goes, and which places it may see.</summary>
    private void PrepareNext()
    {
        using var scope = NewDisposeScope();
        var positions = tensor(_lengths.Select(length => (long)length).ToArray(), device: _device);
        var kept = Math.Min(_lengths.Max() + 1, Capacity);
        var places = TensorArithmetic.Range(kept, ScalarType.Int64, _device);
        _mask = Replace(_mask, places.unsqueeze(0).le(positions.unsqueeze(1)).unsqueeze(1).unsqueeze(1));
        _positions = Replace(_positions, positions);
    }

    private Tensor Select(Tensor kept, IReadOnlyList<int> sources, Tensor index)
    {
        var count = sources.Count;
        var longest = _lengths.Max();
        if (sources.Index().All(pair => pair.Item == pair.Index || pair.Item >= count))
        {
            // No sequence is overwritten that another one still needs.
            foreach (var (target, source) in sources.Index().Where(pair => pair.Item != pair.Index))
            {
                var length = _lengths[source];
                kept.select(0, target).narrow(0, 0, length).copy_(kept.select(0, source).narrow(0, 0, length));
            }

            return Replace(kept, kept.narrow(0, 0, count));
        }

        // Unused places stay zero: what lies there is masked, but must be a number.
        var selected = count == Sequences ? kept : zeros([count, .. kept.shape[1..]], kept.dtype, _device);
        selected.narrow(1, 0, longest).copy_(kept.narrow(1, 0, longest).index_select(0, index));
        return ReferenceEquals(selected, kept) ? kept : Replace(kept, selected);
    }

    private static Tensor Replace(Tensor old, Tensor replacement)
    {
        old.Dispose();
        return replacement.DetachFromDisposeScope();
    }

    private static Tensor[] Allocate(int layers, long[] shape, ScalarType dtype, Device device) =>
        [.. Enumerable.Range(0, layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
}
