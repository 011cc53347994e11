using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>
/// Frozen linear maps without bias of one input, computed as one matrix, some of which carry a trained low-rank update.
/// Updates of one input see it through one dropout mask.
/// </summary>
internal sealed class LoraLinear : IDisposable
{
    private readonly string[] _names;
    private readonly LoraAdapter?[] _adapters;
    private readonly LoraAdapter[] _adapted;
    private readonly double _dropout;

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
        Frozen = frozen.Read(weights, inputs, [.. maps.Select(map => ($"{map.Name}.weight", map.Rows))]);
        _names = [.. maps.Select(map => map.Name)];
        _adapters = new LoraAdapter?[maps.Length];
        var firstRow = 0L;
        for (var i = 0; i < maps.Length; i++)
        {
            if (lora.Covers(maps[i].Name))
                _adapters[i] = new LoraAdapter(inputs, firstRow, maps[i].Rows, lora, weights.Device);

            firstRow += maps[i].Rows;
        }

        _adapted = [.. _adapters.OfType<LoraAdapter>()];
    }

    /// <summary>The frozen matrices, one below the other: <c>[out, in]</c>.</summary>
    public FrozenMatrix Frozen { get; }

    /// <summary>Whether any map has an update.</summary>
    public bool HasAdapters => _adapted.Length > 0;

    /// <summary>The updates, with the names of their maps.</summary>
    public IEnumerable<(string Name, LoraAdapter Adapter)> Adapters =>
        from map in _names.Zip(_adapters, (name, adapter) => (Name: name, Adapter: adapter))
        where map.Adapter is not null
        select (map.Name, map.Adapter);

    /// <summary>The frozen matrix of each map, <c>[rows, in]</c>.</summary>
    public IEnumerable<(string Name, Tensor Weight)> Maps =>
        _names.Zip(Frozen.Parts, (name, weight) => (name, weight));

    /// <summary>Draws the dropout of a step.</summary>
    /// <param name="x">The input.</param>
    /// <returns>The mask; null without updates or dropout.</returns>
    public DropoutMask? DrawDropout(Tensor x) => HasAdapters ? DropoutMask.Draw(x, _dropout) : null;

    /// <summary>Applies the maps.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="dropout">Dropout before the updates; null for none.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x, DropoutMask? dropout = null)
    {
        var result = Forward(x, dropout, out var kept);
        kept?.Low.Dispose();
        return result;
    }

    /// <summary>Applies the maps.</summary>
    /// <param name="x"><c>[tokens, in]</c>.</param>
    /// <param name="dropout">Dropout before the updates; null for none.</param>
    /// <param name="kept">What <see cref="Backward"/> needs; null without updates.</param>
    /// <returns>The outputs side by side, <c>[tokens, out]</c>.</returns>
    public Tensor Forward(Tensor x, DropoutMask? dropout, out LoraActivations? kept)
    {
        var result = Frozen.Forward(x);
        kept = null;
        if (!HasAdapters)
            return result;

        var input = dropout?.Apply(x) ?? x;
        var low = functional.linear(input, StackedA(x.dtype));
        kept = new LoraActivations(input, low);
        var column = 0L;
        foreach (var adapter in _adapted)
        {
            result.narrow(1, adapter.FirstRow, adapter.Rows).addmm_(
                low.narrow(1, column, adapter.Rank), adapter.B.to(x.dtype).t(), alpha: (float)adapter.Scale);
            column += adapter.Rank;
        }

        return result;
    }

    /// <summary>Adds the gradients of the updates to theirs, and gives back that of the input.</summary>
    /// <param name="gradient">Gradient of the output, <c>[tokens, out]</c>.</param>
    /// <param name="kept">What <see cref="Forward(Tensor, DropoutMask?, out LoraActivations?)"/> kept.</param>
    /// <returns>The input's gradient through the frozen maps, and that through the updates, before their dropout:
    /// null without updates. The whole is <c>Frozen + dropout(Low)</c>.</returns>
    public (Tensor Frozen, Tensor? Low) Backward(Tensor gradient, LoraActivations? kept)
    {
        var frozen = Frozen.Backward(gradient);
        if (kept is not var (input, low))
            return (frozen, null);

        var lowGradient = empty_like(low);
        var column = 0L;
        foreach (var adapter in _adapted)
        {
            var rows = gradient.narrow(1, adapter.FirstRow, adapter.Rows);
            var inner = low.narrow(1, column, adapter.Rank);
            lowGradient.narrow(1, column, adapter.Rank)
                .copy_(rows.mm(adapter.B.to(low.dtype)).ScaleInPlace(adapter.Scale));
            Accumulate(adapter.B, rows.t().mm(inner), adapter.Scale);
            column += adapter.Rank;
        }

        var firsts = lowGradient.t().mm(input);
        column = 0;
        foreach (var adapter in _adapted)
        {
            Accumulate(adapter.A, firsts.narrow(0, column, adapter.Rank), 1);
            column += adapter.Rank;
        }

        return (frozen, lowGradient.mm(StackedA(low.dtype)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frozen.Dispose();
        foreach (var adapter in _adapted)
            adapter.Dispose();
    }

    private static void Accumulate(Tensor parameter, Tensor gradient, double scale)
    {
        if (parameter.grad is { } sum)
        {
            sum.AddInPlace(gradient, scale);
            return;
        }

        // libtorch keeps a reference of its own.
        using var first = gradient.to(ScalarType.Float32, copy: true).ScaleInPlace(scale);
        parameter.grad = first;
    }

    private Tensor StackedA(ScalarType type) => _adapted.Length == 1
        ? _adapted[0].A.to(type)
        : cat([.. _adapted.Select(adapter => adapter.A)]).to(type);
}
