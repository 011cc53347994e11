using static TorchSharp.torch;

namespace EmotionLlama.Runtime;

/// <summary>The angles of the tokens of a row. Its tensors belong to the dispose scope it is first used in, or to the one
/// it is made in.</summary>
public sealed class Rotations
{
    private readonly ScalarType _type;
    private (Tensor Cosine, Tensor Sine)? _gathered;

    /// <summary>Chooses the angles of a row.</summary>
    /// <param name="table">All angles.</param>
    /// <param name="positions">The position of each token, <c>[tokens]</c>, int64.</param>
    /// <param name="type">Data type of the arithmetic.</param>
    public Rotations(RotaryTable table, Tensor positions, ScalarType type)
    {
        Table = table;
        Positions = positions;
        _type = type;
        if (positions.device_type == TorchSharp.DeviceType.CPU)
            _gathered = Gather();
    }

    /// <summary>All angles.</summary>
    public RotaryTable Table { get; }

    /// <summary>The position of each token, <c>[tokens]</c>, int64.</summary>
    public Tensor Positions { get; }

    /// <summary>Cosines and sines of each token, <c>[tokens, 1, channels]</c>, both halves alike, for plain operators.
    /// </summary>
    internal (Tensor Cosine, Tensor Sine) Gathered => _gathered ?? Gather();

    private (Tensor Cosine, Tensor Sine) Gather()
    {
        return (Rows(Table.Cosines), Rows(Table.Sines));

        Tensor Rows(Tensor table)
        {
            var rows = table.index_select(0, Positions).unsqueeze(1).to(_type);
            return cat([rows, rows], -1);
        }
    }
}
