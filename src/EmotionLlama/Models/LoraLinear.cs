using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Models;

/// <summary>
/// Frozen linear maps without bias of one input, computed as one matrix, some of which carry a trained low-rank update.
/// Updates of one input see it through one dropout mask, and their first matrices <c>A</c> are one.
/// </summary>
internal sealed class LoraLinear : IDisposable
{
    private readonly string[] _names;
    private readonly double _dropout;
    private readonly double _scale;

    private (int Map, LoraAdapter Adapter)[] _adapters;
    private TrainedTensor? _first;

    /// <summary>Reads the frozen weights, and makes fresh updates where the settings ask for them.</summary>
    /// <param name="weights">Where <c>NAME.weight</c> is found.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="lora">Which maps get an update.</param>
    /// <param name="frozen">Makes the frozen matrix.</param>
    /// <param name="maps">Name and output channels of each map, such as <c>q_proj</c>.</param>
    /// <exception cref="InputException">A weight is missing or has another shape.</exception>
    public LoraLinear(
        WeightReader weights,
        long inputs,
        LoraSettings lora,
        FrozenMatrices frozen,
        params (string Name, long Rows)[] maps)
    {
        _dropout = lora.Dropout;
        _scale = lora.Alpha / lora.Rank;
        Frozen = frozen.Read(weights, inputs, [.. maps.Select(map => ($"{map.Name}.weight", map.Rows))]);
        _names = [.. maps.Select(map => map.Name)];
        var adapters = new List<(int, LoraAdapter)>();
        var firstRow = 0L;
        for (var i = 0; i < maps.Length; i++)
        {
            if (lora.Covers(maps[i].Name))
                adapters.Add((i, LoraAdapter.Create(firstRow, maps[i].Rows, lora.Rank, weights.Device)));

            firstRow += maps[i].Rows;
        }

        _adapters = [.. adapters];
        if (HasAdapters)
        {
            _first = new TrainedTensor(
                [.. adapters.Select(_ => Initial.LinearWeight(lora.Rank, inputs, weights.Device))]);
        }
    }

    /// <summary>The frozen matrices, one below the other: <c>[out, in]</c>.</summary>
    public FrozenMatrix Frozen { get; }

    /// <summary>Whether any map has an update.</summary>
    public bool HasAdapters => _adapters.Length > 0;

    /// <summary>The updates' matrices, named after their maps.</summary>
    public IEnumerable<TrainedParameter> Trained =>
        from adapter in _adapters.Index()
        from parameter in (IEnumerable<TrainedParameter>)
        [
            new($"{_names[adapter.Item.Map]}.lora_A.weight", _first!, adapter.Index),
            new($"{_names[adapter.Item.Map]}.lora_B.weight", adapter.Item.Adapter.Second),
        ]
        select parameter;

    /// <summary>The frozen matrix of each map, <c>[rows, in]</c>.</summary>
    public IEnumerable<(string Name, Tensor Weight)> Maps =>
        _names.Zip(Frozen.Parts, (name, weight) => (name, weight));

    /// <summary>In which forms the gradient of the output is read.</summary>
    public RowForms GradientForms => Frozen.Multiplies | (HasAdapters ? RowForms.Wide : 0);

    /// <summary>In which forms the input is read.</summary>
    /// <param name="dropout">What stands before the updates; null for nothing.</param>
    public RowForms InputForms(DropoutMask? dropout) =>
        Frozen.Multiplies | (HasAdapters && dropout is null ? RowForms.Wide : 0);

    /// <summary>Draws the dropout of a step.</summary>
    /// <param name="x">A tensor like the input.</param>
    /// <param name="seeds">The seeds of the step.</param>
    /// <returns>The mask; null without updates or dropout.</returns>
    public DropoutMask? DrawDropout(Tensor x, DropoutSeeds seeds) =>
        HasAdapters ? DropoutMask.Draw(x, _dropout, seeds) : null;

    /// <summary>Applies the maps, without dropout.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x) => Forward(x, x, out _);

    /// <summary>Applies the maps.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="dropped">The same behind the updates' dropout; null without updates.</param>
    /// <param name="kept">What <see cref="Backward"/> needs; null without updates.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Rows x, Tensor? dropped, out LoraActivations? kept)
    {
        var (result, updates) = ForwardApart(x, dropped, out kept);
        foreach (var update in updates)
            update.AddTo(result);

        return result;
    }

    /// <summary>Applies the frozen maps, and leaves the updates to be added by whoever reads the outputs next.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="dropped">The same behind the updates' dropout; null without updates.</param>
    /// <param name="kept">What <see cref="Backward"/> needs; null without updates.</param>
    /// <returns>The frozen maps' outputs side by side, <c>[tokens, out]</c>, and what is to be added to them.</returns>
    public (Tensor Frozen, IReadOnlyList<LowRankUpdate> Updates) ForwardApart(
        Rows x, Tensor? dropped, out LoraActivations? kept)
    {
        var frozen = Frozen.Forward(x);
        kept = null;
        if (_first is null)
            return (frozen, []);

        dropped ??= x.Full;
        var type = dropped.dtype;
        var low = Scaled(dropped, _first.TransposedIn(type));
        kept = new LoraActivations(dropped, low);
        var updates = new LowRankUpdate[_adapters.Length];
        var column = 0L;
        for (var i = 0; i < updates.Length; i++)
        {
            var adapter = _adapters[i].Adapter;
            updates[i] = new(
                adapter.FirstRow, low.narrow(1, column, adapter.Rank), adapter.Second.TransposedIn(type));
            column += adapter.Rank;
        }

        return (frozen, updates);
    }

    /// <summary>Adds the gradients of the updates to theirs, and gives back that of the input.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, out]</c>.</param>
    /// <param name="kept">What <see cref="Forward(Rows, Tensor?, out LoraActivations?)"/> kept.</param>
    /// <param name="wanted">The tokens whose input's gradient is wanted, <c>[n]</c>, int64; null for all.</param>
    /// <returns>The input's gradient through the frozen maps, of the wanted tokens alone, and that through the updates of all
    /// tokens, before their dropout: null without updates. The whole is <c>Frozen + dropout(Low)</c>.</returns>
    public (Tensor Frozen, Tensor? Low) Backward(Rows gradient, LoraActivations? kept, Tensor? wanted = null)
    {
        var frozen = Frozen.Backward(wanted is null ? gradient : gradient.Full.index_select(0, wanted));
        if (kept is not var (input, low))
            return (frozen, null);

        var lowGradient = empty_like(low);
        var column = 0L;
        foreach (var (_, adapter) in _adapters)
        {
            var rows = gradient.Full.narrow(1, adapter.FirstRow, adapter.Rows);
            lowGradient.narrow(1, column, adapter.Rank)
                .addmm_(rows, adapter.Second.In(low.dtype), beta: 0, alpha: (float)_scale);
            adapter.Second.AddProduct(rows.t(), low.narrow(1, column, adapter.Rank));
            column += adapter.Rank;
        }

        _first!.AddProduct(lowGradient.t(), input);
        return (frozen, lowGradient.mm(_first.In(low.dtype)));
    }

    /// <summary>Adds the updates to the frozen maps for good, in float32, rounded once. Where the frozen matrix is stored
    /// so that it cannot take them, they stay what they are.</summary>
    public void Merge()
    {
        using var _ = no_grad();
        foreach (var (index, (_, adapter)) in _adapters.Index())
        {
            using var scope = NewDisposeScope();
            var update = adapter.Second.Parts[0].mm(_first!.Parts[index]).ScaleInPlace(_scale);
            if (!Frozen.TryAdd(adapter.FirstRow, update))
                return;
        }

        DisposeUpdates();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frozen.Dispose();
        DisposeUpdates();
    }

    private void DisposeUpdates()
    {
        _first?.Dispose();
        foreach (var (_, adapter) in _adapters)
            adapter.Dispose();

        (_first, _adapters) = (null, []);
    }

    /// <summary>The updates' scale times a product. Where libtorch shall derive gradients, nothing is written in place.
    /// </summary>
    private Tensor Scaled(Tensor left, Tensor right) => is_grad_enabled()
        ? left.mm(right).Times(_scale)
        : empty([left.size(0), right.size(1)], left.dtype, left.device)
            .addmm_(left, right, beta: 0, alpha: (float)_scale);
}
