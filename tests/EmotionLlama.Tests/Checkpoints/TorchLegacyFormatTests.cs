using System.Diagnostics;
using EmotionLlama.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints;

public sealed class TorchLegacyFormatTests : IDisposable
{
    private static readonly LegacyFile Valid = new()
    {
        Root = new OrderedDictionary<string, object>
        {
            ["whole"] = new LegacyTensor("111", 6, [2, 3], [3, 1]),
            ["transposed"] = new LegacyTensor("111", 6, [3, 2], [1, 3]),
            ["row"] = new LegacyTensor("111", 6, [3], [1], Offset: 3),
            ["other"] = new LegacyTensor("222", 1, [], []),
        },
        Storages = new OrderedDictionary<string, float[]> { ["222"] = [3.5f], ["111"] = [0, 1, 2, 3, 4, 5] },
    };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Tensors_that_share_a_storage_each_get_their_values()
    {
        using var checkpoint = TorchCheckpoint.Open(_folder.Write("old.pth", Valid.ToArray()));

        Assert.Equal(["whole", "transposed", "row", "other"], checkpoint.Names);
        var whole = arange(6, dtype: float32).reshape(2, 3);
        Samples.AssertSame(whole, checkpoint.Read("whole"));
        Samples.AssertSame(whole.T, checkpoint.Read("transposed"));
        Samples.AssertSame(whole[1], checkpoint.Read("row"));
        Samples.AssertSame(tensor(3.5f), checkpoint.Read("other"));
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_at_once()
    {
        var bytes = Valid.ToArray();
        var clock = Stopwatch.StartNew();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Contains(_folder.Path, OpenError(bytes[..length]), StringComparison.Ordinal);

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void Any_other_pickle_is_no_checkpoint() =>
        Assert.Contains("no PyTorch checkpoint", OpenError((Valid with { Magic = 1 }).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void Big_endian_numbers_are_refused() =>
        Assert.Contains("big-endian", OpenError((Valid with { LittleEndian = false }).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void A_storage_that_is_not_listed_is_missing() => Assert.Contains(
        "the storage 111 is missing", OpenError((Valid with { Keys = ["222"] }).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void A_storage_that_no_tensor_uses_is_refused() => Assert.Contains(
        "holds 333", OpenError((Valid with { Keys = ["222", "333"] }).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void A_storage_listed_twice_is_refused() => Assert.Contains(
        "holds 222", OpenError((Valid with { Keys = ["222", "222"] }).ToArray()), StringComparison.Ordinal);

    [Fact]
    public void A_storage_with_another_number_of_values_is_refused()
    {
        var wrong = Valid with { Storages = new OrderedDictionary<string, float[]> { ["222"] = [1, 2], ["111"] = [0] } };

        Assert.Contains("has 2 values where its tensors expect 1", OpenError(wrong.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 7 }, new long[] { 1 }, 0)]
    [InlineData(new long[] { 6 }, new long[] { 1 }, 1)]
    [InlineData(new long[] { 2, 2 }, new long[] { 5, 1 }, 0)]
    [InlineData(new long[] { 2 }, new long[] { 1 }, -1)]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, new long[] { 1, 1 }, 0)]
    [InlineData(new long[] { 0 }, new long[] { 1 }, 7)]
    [InlineData(new long[] { -1 }, new long[] { 1 }, 0)]
    [InlineData(new long[] { 2 }, new long[] { -1 }, 1)]
    [InlineData(new long[] { 2 }, new long[] { 1, 1 }, 0)]
    [InlineData(new long[] { 1L << 40 }, new long[] { 0 }, 0)]
    public void A_tensor_beyond_its_storage_is_refused(long[] shape, long[] strides, long offset)
    {
        var wrong = Valid with { Root = new[] { new LegacyTensor("111", 6, shape, strides, offset) } };

        Assert.Contains("a tensor", OpenError(wrong.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_larger_than_the_file_is_refused()
    {
        var wrong = Valid with { Root = new[] { new LegacyTensor("111", 1L << 60, [1], [1]) } };

        Assert.Contains("larger than the file", OpenError(wrong.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_inside_another_is_refused_with_advice()
    {
        var root = new[] { new LegacyTensor("111", 6, [1], [1]) { PartOf = (("999", 0, 6)) } };

        Assert.Contains("before 0.4", OpenError((Valid with { Root = root }).ToArray()), StringComparison.Ordinal);
    }

    private string OpenError(byte[] bytes)
    {
        var path = _folder.Write("wrong.pth", bytes);
        return Assert.Throws<InputException>(() => TorchCheckpoint.Open(path)).Message;
    }
}
