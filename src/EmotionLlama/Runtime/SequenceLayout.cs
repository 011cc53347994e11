using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>
/// How several sequences lie behind one another in one row of tokens: the packed form, which has no padding. Attention
/// stays inside a sequence, and positions restart with each. Its tensors belong to the dispose scope it is made in.
/// </summary>
public sealed class SequenceLayout : IDisposable
{
    private SequenceLayout(int[] lengths, Tensor positions, Tensor? gather, Tensor? scatter, Tensor starts)
    {
        Lengths = lengths;
        Longest = lengths.Max();
        Positions = positions;
        GridToRow = gather;
        RowToGrid = scatter;
        Starts = starts;
    }

    /// <summary>Tokens of each sequence, in the order of the row.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Number of sequences.</summary>
    public int Count => Lengths.Count;

    /// <summary>Tokens of the longest sequence.</summary>
    public int Longest { get; }

    /// <summary>Position of each token in its sequence: <c>[tokens]</c>, int64.</summary>
    public Tensor Positions { get; }

    /// <summary>Where each sequence begins in the row, and where the last one ends: <c>[count + 1]</c>, int32.
    /// </summary>
    internal Tensor Starts { get; }

    /// <summary>For each place of a grid <c>[sequences × longest]</c> the row's token that goes there (unused places
    /// repeat token 0); null where all sequences are equally long and the row is the grid.</summary>
    internal Tensor? GridToRow { get; }

    /// <summary>The inverse: for each token of the row its place in the grid, <c>[tokens]</c>.</summary>
    internal Tensor? RowToGrid { get; }

    /// <summary>Lays out sequences of the given lengths.</summary>
    /// <param name="lengths">Tokens of each sequence; at least one sequence, each of at least one token.</param>
    /// <param name="device">Where the index tensors go.</param>
    public static SequenceLayout Create(IReadOnlyList<int> lengths, Device device)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        if (lengths.Count == 0 || lengths.Any(length => length < 1))
            throw new ArgumentException("every sequence needs at least one token", nameof(lengths));

        var longest = lengths.Max();
        var tokens = lengths.Sum();
        var positions = new long[tokens];
        var gridToRow = new long[lengths.Count * longest];
        var rowToGrid = new long[tokens];
        var starts = new int[lengths.Count + 1];
        var row = 0;
        for (var sequence = 0; sequence < lengths.Count; sequence++)
        {
            starts[sequence + 1] = starts[sequence] + lengths[sequence];
            for (var position = 0; position < lengths[sequence]; position++, row++)
            {
                var place = (sequence * longest) + position;
                positions[row] = position;
                gridToRow[place] = row;
                rowToGrid[row] = place;
            }
        }

        var isGrid = tokens == gridToRow.Length;
        return new SequenceLayout(
            [.. lengths],
            Indexes(positions, device),
            isGrid ? null : Indexes(gridToRow, device),
            isGrid ? null : Indexes(rowToGrid, device),
            tensor(starts).Send(device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Positions.Dispose();
        Starts.Dispose();
        GridToRow?.Dispose();
        RowToGrid?.Dispose();
    }

    private static Tensor Indexes(long[] values, Device device) => tensor(values).Send(device);
}
