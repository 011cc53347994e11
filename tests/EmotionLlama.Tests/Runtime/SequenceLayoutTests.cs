using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Runtime;

/// <summary>Where sequences lie in a row.</summary>
public sealed class SequenceLayoutTests
{
    [Fact]
    public void Positions_restart_with_each_sequence()
    {
        using var layout = SequenceLayout.Create([2, 1, 3], CPU);

        Assert.Equal([0, 1, 0, 0, 1, 2], layout.Positions.data<long>());
        Assert.Equal((3, 3), (layout.Count, layout.Longest));
    }

    [Fact]
    public void A_row_and_its_grid_are_mapped_to_each_other()
    {
        using var layout = SequenceLayout.Create([2, 1, 3], CPU);

        Assert.Equal([0, 1, 0, 2, 0, 0, 3, 4, 5], layout.GridToRow!.data<long>());
        Assert.Equal([0, 1, 3, 6, 7, 8], layout.RowToGrid!.data<long>());
    }

    [Fact]
    public void Equally_long_sequences_are_their_own_grid()
    {
        using var layout = SequenceLayout.Create([3, 3], CPU);

        Assert.Null(layout.GridToRow);
        Assert.Null(layout.RowToGrid);
    }

    [Theory]
    [InlineData]
    [InlineData(3, 0)]
    public void A_sequence_has_at_least_one_token_and_a_row_one_sequence(params int[] lengths) =>
        Assert.Throws<ArgumentException>(() => SequenceLayout.Create(lengths, CPU));
}
