using System.Runtime.InteropServices;
using EmotionLlama.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Models;

/// <summary>Values reach their tensors whole, whatever is converted on the way.</summary>
[Collection(SharedGenerator.Name)]
public sealed class WeightTransfersTests : IDisposable
{
    // More than two pieces, and no multiple of one.
    private const int Many = (2 * WeightTransfers.PieceBytes / sizeof(float)) + 77;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void A_tensor_of_several_pieces_is_filled(ScalarType type)
    {
        var target = empty(Many, type);
        using var transfers = new WeightTransfers(TestContext.Current.CancellationToken);

        transfers.Fill(Counting(Many), target);
        transfers.Finish();

        Assert.True(target.eq(arange(Many, ScalarType.Float32)).all().item<bool>());
        Assert.Equal(sizeof(float) * (long)Many, transfers.Bytes);
    }

    [Fact]
    public void Trained_tensors_keep_asking_for_gradients()
    {
        var target = empty(3, 5).requires_grad_();
        using var transfers = new WeightTransfers(TestContext.Current.CancellationToken);

        transfers.Fill(Counting(15), target);
        transfers.Finish();

        Assert.True(target.requires_grad);
        Assert.True(target.is_leaf);
        Assert.Equal(7f, target[1, 2].item<float>());
    }

    [Fact]
    public void Empty_and_many_small_tensors_are_filled()
    {
        var targets = Enumerable.Range(0, 300).Select(i => empty(i, ScalarType.Float16)).ToList();
        using var transfers = new WeightTransfers(TestContext.Current.CancellationToken);

        targets.ForEach(target => transfers.Fill(Counting((int)target.numel()), target));
        transfers.Finish();

        Assert.All(targets, target => Assert.True(
            target.eq(arange(target.numel(), ScalarType.Float32)).all().item<bool>()));
    }

    [Fact]
    public void The_first_error_is_the_one_that_is_told_and_nothing_waits_for_the_rest()
    {
        using var transfers = new WeightTransfers(TestContext.Current.CancellationToken);
        transfers.Fill(new(ScalarType.Float32, 8, (_, _) => throw new InputException("ends early")), empty(2));
        for (var i = 0; i < 100; i++)
            transfers.Fill(Counting(4), empty(4));

        Assert.Equal("ends early", Assert.Throws<InputException>(transfers.Finish).Message);
    }

    [Fact]
    public void A_stop_ends_the_transfers()
    {
        using var stop = new CancellationTokenSource();
        using var transfers = new WeightTransfers(stop.Token);
        stop.Cancel();
        transfers.Fill(Counting(4), empty(4));

        Assert.ThrowsAny<OperationCanceledException>(transfers.Finish);
    }

    /// <summary>What is only made to make something else of it must not pile up, however slow that is.</summary>
    [Fact]
    public void Of_tensors_that_pass_no_more_than_two_exist_at_a_time()
    {
        var before = LiveTensors.CountBefore();
        int made = 0, used = 0, most = 0;
        var sums = new long[20];
        using (var transfers = new WeightTransfers(TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < sums.Length; i++)
            {
                var number = i;
                transfers.FillAndUse(
                    [Counting(1000 + i), Counting(7)],
                    () =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref made) - Volatile.Read(ref used));
                        return empty(1007 + number, ScalarType.Float64);
                    },
                    whole =>
                    {
                        sums[number] = (long)whole.sum().item<double>();
                        Interlocked.Increment(ref used);
                    });
            }

            transfers.Finish();
        }

        Assert.InRange(most, 1, 2);
        Assert.Equal(Enumerable.Range(1000, sums.Length).Select(count => (count * (count - 1L) / 2) + 21), sums);
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void An_error_in_the_use_of_a_tensor_ends_the_transfers_and_is_told()
    {
        var before = LiveTensors.CountBefore();
        using (var transfers = new WeightTransfers(TestContext.Current.CancellationToken))
        {
            var error = Assert.Throws<InputException>(() =>
            {
                for (var i = 0; i < 10; i++)
                    transfers.FillAndUse([Counting(4)], () => empty(4), _ => throw new InputException("does not suit"));

                transfers.Finish();
            });
            Assert.Equal("does not suit", error.Message);
        }

        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        var before = LiveTensors.CountBefore();
        using (var target = empty(Many, ScalarType.Float64))
        using (var transfers = new WeightTransfers(TestContext.Current.CancellationToken))
        {
            transfers.Fill(Counting(Many), target);
            transfers.Finish();
        }

        Assert.Equal(before, LiveTensors.Count);
    }

    /// <summary>0, 1, 2, … as a file would hold them.</summary>
    private static StoredValues Counting(int count) => new(ScalarType.Float32, sizeof(float) * (long)count, Count);

    private static void Count(long at, Span<byte> bytes)
    {
        var first = (int)(at / sizeof(float));
        var numbers = MemoryMarshal.Cast<byte, float>(bytes);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = first + i;
    }
}
