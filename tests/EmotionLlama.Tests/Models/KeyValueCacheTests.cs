using EmotionLlama.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>What a cache keeps where.</summary>
public sealed class KeyValueCacheTests
{
    [Fact]
    public void Beams_share_their_prompt()
    {
        using var alone = new KeyValueCache(TinyModels.Config, [100, 90], 7, ScalarType.Float32, CPU);
        using var beams = new KeyValueCache(TinyModels.Config, [100, 90], 7, ScalarType.Float32, CPU, rowsOfPrompt: 4);

        Assert.False(alone.Reorder([0, 1]));
        Assert.True(beams.Reorder([0, 0, 0, 0, 1, 1, 1, 1]));

        Assert.Equal([100, 100, 100, 100, 90, 90, 90, 90], beams.Lengths);

        // Six answers more: keys and values of two layers, seven tokens of two heads of eight channels.
        Assert.Equal(alone.Values + (6 * 2 * 2 * 7 * 2 * 8), beams.Values);
    }

    [Fact]
    public void With_as_many_sequences_nothing_moves_to_other_places()
    {
        using var cache = new KeyValueCache(TinyModels.Config, [3, 5], 4, ScalarType.Float32, CPU);
        var positions = cache.Positions;
        cache.Advance();
        cache.AdvanceOnDevice();

        Assert.False(cache.Reorder([1, 0]));

        Assert.Same(positions, cache.Positions);
        Assert.Equal([6, 4], cache.Positions.data<long>());
        Assert.Equal([6, 4], cache.Lengths);
    }

    [Fact]
    public void A_prompt_that_no_sequence_needs_is_dropped()
    {
        using var cache = new KeyValueCache(TinyModels.Config, [3, 5, 4], 4, ScalarType.Float32, CPU);

        Assert.True(cache.Reorder([0, 2]));
        Assert.Equal([3, 4], cache.Lengths);
        Assert.True(cache.Reorder([1]));
        Assert.Equal([4], cache.Lengths);
        Assert.Equal([4], cache.Positions.data<long>());
    }
}
