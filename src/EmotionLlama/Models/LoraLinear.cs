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
    private readonly (int Map, LoraAdapter Adapter)[] _adapters;
    private readonly TrainedTensor? _first;
    private readonly double _dropout;
    private readonly double _scale;

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

    /// <summary>Draws the dropout of a step.</summary>
    /// <param name="x">A tensor like the input.</param>
    /// <returns>The mask; null without updates or dropout.</returns>
    public DropoutMask? DrawDropout(Tensor x) => HasAdapters ? DropoutMask.Draw(x, _dropout) : null;

    /// <summary>Applies the maps, without dropout.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        var result = Forward(x, x, out var kept);
        kept?.Low.Dispose();
        return result;
    }

    /// <summary>Applies the maps.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="dropped">The same behind the updates' dropout.</param>
    /// <param name="kept">What <see cref="Backward"/> needs; null without updates.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x, Tensor dropped, out LoraActivations? kept)
    {
        var result = Frozen.Forward(x);
        kept = null;
        if (_first is null)
            return result;

        var low = Scaled(dropped, _first.TransposedIn(x.dtype));
        kept = new LoraActivations(dropped, low);
        var column = 0L;
        foreach (var (_, adapter) in _adapters)
        {
            result.narrow(1, adapter.FirstRow, adapter.Rows).addmm_(
                low.narrow(1, column, adapter.Rank), adapter.Second.TransposedIn(x.dtype));
            column += adapter.Rank;
        }

        return result;
    }

    /// <summary>Adds the gradients of the updates to theirs, and gives back that of the input.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, out]</c>.</param>
    /// <param name="kept">What <see cref="Forward(Tensor, Tensor, out LoraActivations?)"/> kept.</param>
    /// <returns>The input's gradient through the frozen maps, and that through the updates, before their dropout:
    /// null without updates. The whole is <c>Frozen + dropout(Low)</c>.</returns>
    public (Tensor Frozen, Tensor? Low) Backward(Tensor gradient, LoraActivations? kept)
    {
        var frozen = Frozen.Backward(gradient);
        if (kept is not var (input, low))
            return (frozen, null);

        var lowGradient = empty_like(low);
        var column = 0L;
        foreach (var (_, adapter) in _adapters)
        {
            var rows = gradient.narrow(1, adapter.FirstRow, adapter.Rows);
            lowGradient.narrow(1, column, adapter.Rank)
                .addmm_(rows, adapter.Second.In(low.dtype), beta: 0, alpha: (float)_scale);
            adapter.Second.AddProduct(rows.t(), low.narrow(1, column, adapter.Rank));
            column += adapter.Rank;
        }

        _first!.AddProduct(lowGradient.t(), input);
        return (frozen, lowGradient.mm(_first.In(low.dtype)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frozen.Dispose();
        _first?.Dispose();
        foreach (var (_, adapter) in _adapters)
            adapter.Dispose();
    }

    /// <summary>The updates' scale times a product. Where libtorch shall derive gradients, nothing is written in place.
    /// </summary>
    private Tensor Scaled(Tensor left, Tensor right) => is_grad_enabled()
        ? left.mm(right).Times(_scale)
        : empty([left.shape[0], right.shape[1]], left.dtype, left.device)
            .addmm_(left, right, beta: 0, alpha: (float)_scale);
}
