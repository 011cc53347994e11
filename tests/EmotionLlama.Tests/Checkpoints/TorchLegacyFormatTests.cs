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

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public void Any_other_pickle_is_no_checkpoint() =>
        AssertRefused("no PyTorch checkpoint", Valid with { Magic = 1 });

    [Fact]
    public void Big_endian_numbers_are_refused() =>
        AssertRefused("big-endian", Valid with { LittleEndian = false });

    [Fact]
    public void A_storage_that_is_not_listed_is_missing() =>
        AssertRefused("the storage 111 is missing", Valid with { Keys = ["222"] });

    [Fact]
    public void A_storage_that_no_tensor_uses_is_refused() =>
        AssertRefused("holds 333", Valid with { Keys = ["222", "333"] });

    [Fact]
    public void A_storage_listed_twice_is_refused() =>
        AssertRefused("holds 222", Valid with { Keys = ["222", "222"] });

    [Fact]
    public void A_storage_with_another_number_of_values_is_refused()
    {
        var storages = new OrderedDictionary<string, float[]> { ["222"] = [1, 2], ["111"] = [0] };

        AssertRefused("has 2 values where its tensors expect 1", Valid with { Storages = storages });
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

        AssertRefused("a tensor", wrong);
    }

    [Fact]
    public void A_storage_larger_than_the_file_is_refused()
    {
        var wrong = Valid with { Root = new[] { new LegacyTensor("111", 1L << 60, [1], [1]) } };

        AssertRefused("larger than the file", wrong);
    }

    [Fact]
    public void A_name_that_would_control_the_terminal_or_fill_it_is_made_harmless()
    {
        var key = "\u001b[2J\n" + new string('x', 10_000);
        var error = OpenError((Valid with { Keys = [key] }).ToArray());

        Assert.Contains("holds ?[2J?xxx", error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 100, 1000);
    }

    [Fact]
    public void A_storage_inside_another_is_refused_with_advice()
    {
        var root = new[] { new LegacyTensor("111", 6, [1], [1]) { PartOf = ("999", 0, 6) } };

        AssertRefused("before 0.4", Valid with { Root = root });
    }

    private void AssertRefused(string expected, LegacyFile file) =>
        Assert.Contains(expected, OpenError(file.ToArray()), StringComparison.Ordinal);

    private string OpenError(byte[] bytes)
    {
        var path = _folder.Write("wrong.pth", bytes);
        return Refusal.Of(() => TorchCheckpoint.Open(path));
    }
}
