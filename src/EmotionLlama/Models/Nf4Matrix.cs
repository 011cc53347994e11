using EmotionLlama.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EmotionLlama.Models;

/// <summary>A frozen matrix in 4 bits. For each product it is written out in the data type of the arithmetic, into memory
/// that all matrices of a model share.</summary>
internal sealed class Nf4Matrix : FrozenMatrix
{
    private readonly Nf4Blocks _blocks;
    private readonly SharedScratch _scratch;
    private readonly long[] _rows;
    private readonly long _inputs;

    /// <summary>Reads matrices with one input into one.</summary>
    /// <param name="weights">Where the matrices are found.</param>
    /// <param name="inputs">Columns of all of them.</param>
    /// <param name="matrices">Name and rows of each.</param>
    /// <param name="scratch">What the matrix is written out into.</param>
    /// <exception cref="InputException">A matrix is missing or has another shape.</exception>
    public Nf4Matrix(
        WeightReader weights, long inputs, IReadOnlyList<(string Name, long Rows)> matrices, SharedScratch scratch)
    {
        _rows = [.. matrices.Select(matrix => matrix.Rows)];
        _inputs = inputs;
        _scratch = scratch;
        _blocks = new Nf4Blocks(_rows.Sum() * inputs, weights.Device);
        try
        {
            scratch.Reserve(Nf4Blocks.Padded(_rows.Sum() * inputs));
            weights.UseStacked(inputs, matrices, _blocks.Fill);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Parts
    {
        get
        {
            var values = _scratch.New(Nf4Blocks.Padded(_rows.Sum() * _inputs));
            _blocks.Write(values);
            return Shaped(values).split(_rows);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Tensor> Stored => _blocks.Stored;

    /// <inheritdoc/>
    public override Tensor Forward(Rows x)
    {
        using var scope = NewDisposeScope();
        return functional.linear(x.Full, Write()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Backward(Rows gradient)
    {
        using var scope = NewDisposeScope();
        return gradient.Full.mm(Write()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _blocks.Dispose();

    private Tensor Write()
    {
        // A graph holds on to a factor.
        var count = Nf4Blocks.Padded(_rows.Sum() * _inputs);
        var values = is_grad_enabled() ? _scratch.New(count) : _scratch.Take(count);
        _blocks.Write(values);
        return Shaped(values);
    }

    private Tensor Shaped(Tensor values) => values.narrow(0, 0, _rows.Sum() * _inputs).view(-1, _inputs);
}
