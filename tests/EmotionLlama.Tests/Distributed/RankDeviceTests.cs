using EmotionLlama.Distributed;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Each rank has a device of its own.</summary>
public sealed class RankDeviceTests
{
    [Fact]
    public void Ranks_with_GPUs_of_their_own_or_with_CPUs_are_fine()
    {
        Assert.Null(RankDevice.FindTrouble([("a", "GPU 1"), ("a", "GPU 2"), ("b", "GPU 1")]));
        Assert.Null(RankDevice.FindTrouble([("a", "CPU"), ("a", "CPU")]));
    }

    [Fact]
    public void Two_ranks_with_one_GPU_are_named_with_it() => Assert.Equal(
        "ranks 0 and 2 have one GPU, 77aa on a; start one rank for each GPU",
        RankDevice.FindTrouble([("a", "GPU 77aa"), ("a", "GPU 78aa"), ("a", "GPU 77aa")]));

    [Fact]
    public void A_rank_without_a_GPU_among_others_is_named() => Assert.Contains(
        "rank 0 computes on a GPU and rank 1 finds none",
        RankDevice.FindTrouble([("a", "GPU 1"), ("b", "CPU")]),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(2, null, "2")]
    [InlineData(1, "4,5,6", "5")]
    [InlineData(3, "7", null)]
    public void A_rank_sees_its_own_GPU_alone(int localRank, string? visible, string? expected) =>
        Assert.Equal(expected, RankDevice.VisibleTo(Launch(localRank), visible));

    [Fact]
    public void More_ranks_than_GPUs_are_named() => Assert.Contains(
        "LOCAL_RANK is 2, but CUDA_VISIBLE_DEVICES names 2 GPUs",
        Assert.Throws<InputException>(() => RankDevice.VisibleTo(Launch(2), "0,1")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_missing_NCCL_is_one_line_that_says_where_it_was_looked_for()
    {
        var error = Assert.Throws<InputException>(() => NcclLibrary.Load("/torch/lib", "/nowhere/libnccl.so.2"));

        Assert.Contains("libnccl.so.2 was not found", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/libnccl.so.2", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static LaunchEnvironment Launch(int localRank) => new(Launcher.Torchrun, localRank, 4, localRank, 4);
}
