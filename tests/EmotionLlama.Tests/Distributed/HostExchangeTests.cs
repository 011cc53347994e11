using EmotionLlama.Distributed;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Sums over the ranks.</summary>
public sealed class HostExchangeTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1000)]
    [InlineData(4, 300_001)]
    public async Task Every_rank_gets_the_sum_in_the_same_bits(int size, int count)
    {
        var sums = await RankThreads.SucceedAsync(size, channel =>
        {
            using var group = Open(channel);
            using var values = Values(channel.Launch.Rank, count);
            group.AllReduceSum(values);
            return values.data<float>().ToArray();
        });

        var expected = Enumerable.Range(0, count).Select(
            i => Enumerable.Range(0, size).Select(rank => Value(rank, i)).Aggregate((sum, value) => sum + value));
        Assert.Equal(expected, sums[0]);
        Assert.All(sums, sum => Assert.Equal(sums[0], sum));
    }

    [Fact]
    public async Task Sums_that_were_started_end_in_their_order_while_the_rank_goes_on()
    {
        var results = await RankThreads.SucceedAsync(2, channel =>
        {
            using var group = Open(channel);
            using var values = Values(channel.Launch.Rank, 100);
            var pending = Enumerable.Range(0, 10).Select(i => group.StartAllReduceSum(values.narrow(0, i * 10, 10))).ToList();
            var bytes = group.AllGather([(byte)channel.Launch.Rank]);
            pending.ForEach(sum => sum.Wait());
            return (values.data<float>().ToArray(), bytes.Count);
        });

        Assert.All(results, result => Assert.Equal(2, result.Count));
        Assert.All(results, result => Assert.Equal(
            Enumerable.Range(0, 100).Select(i => Value(0, i) + Value(1, i)), result.Item1));
    }

    [Fact]
    public async Task A_broadcast_gives_everybody_the_numbers_of_rank_0()
    {
        var results = await RankThreads.SucceedAsync(3, channel =>
        {
            using var group = Open(channel);
            using var values = Values(channel.Launch.Rank, 50);
            group.Broadcast(values);
            return values.data<float>().ToArray();
        });

        Assert.All(results, result => Assert.Equal(Enumerable.Range(0, 50).Select(i => Value(0, i)), result));
    }

    [Fact]
    public async Task A_rank_that_fails_frees_those_that_wait_for_its_part_of_a_sum()
    {
        var ends = await RankThreads.RunAsync(3, channel =>
        {
            using var group = Open(channel);
            using var values = Values(channel.Launch.Rank, 100);
            if (channel.Launch.Rank == 2)
                channel.Fail("no more memory");
            else
                group.AllReduceSum(values);

            channel.ThrowIfFailed();
            return 0;
        });

        Assert.All(ends.Take(2), end => Assert.Equal("rank 2: no more memory", end.Error!.Message));
    }

    [Fact]
    public async Task A_sum_that_begins_after_the_job_has_failed_finds_its_numbers_though_nobody_waits_for_it()
    {
        using var sum = new HeldSum();
        await RankThreads.RunAsync(2, channel =>
        {
            if (channel.Launch.Rank == 1)
                return channel.Failed.WaitHandle.WaitOne();

            using var exchange = new HostExchange(channel, sum);
            using (var first = Values(0, 5))
            using (var second = Values(1, 5))
            {
                exchange.Start(first);
                var pending = exchange.Start(second);
                channel.Fail("no more memory");
                Assert.Throws<RankFailureException>(pending.Wait);
            }

            sum.Go.Set();
            return sum.Seen.Wait(TimeSpan.FromSeconds(60));
        });

        Assert.Equal([Value(0, 0), Value(1, 0)], sum.FirstValues);
    }

    private static IProcessGroup Open(RankChannel channel) => ProcessGroups.Open(channel, CPU, "");

    private static Tensor Values(int rank, int count) =>
        tensor([.. Enumerable.Range(0, count).Select(i => Value(rank, i))]);

    private static float Value(int rank, int place) => MathF.Sin(place + (rank * 0.7f)) / 3;

    /// <summary>A sum that does not begin before it may.</summary>
    private sealed class HeldSum : IHostSum
    {
        public string Name => "held";

        public ManualResetEventSlim Go { get; } = new();

        public CountdownEvent Seen { get; } = new(2);

        public List<float> FirstValues { get; } = [];

        public void AllReduce(Span<float> values)
        {
            Go.Wait();
            FirstValues.Add(values[0]);
            Seen.Signal();
        }

        public void Dispose()
        {
            Go.Dispose();
            Seen.Dispose();
        }
    }
}
