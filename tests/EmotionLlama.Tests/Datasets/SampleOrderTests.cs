using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

public class SampleOrderTests
{
    [Fact]
    public void Every_pass_holds_every_clip_once_in_a_new_order()
    {
        var order = new SampleOrder(7, [new OrderedDataset(Count: 10)]);

        var passes = Take(order, 0, 50).Chunk(10).ToArray();

        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, 10), pass.Select(sample => sample.Index).Order()));
        Assert.Distinct(passes.Select(pass => string.Join(',', pass.Select(sample => sample.Index))));
    }

    [Fact]
    public void A_batch_may_span_two_passes()
    {
        var order = new SampleOrder(7, [new OrderedDataset(Count: 10, BatchSize: 4)]);

        Assert.All(Enumerable.Range(0, 5), batch => Assert.Equal(4, order[batch].Count));
        Assert.All(
            Take(order, 0, 5).Chunk(10),
            pass => Assert.Equal(Enumerable.Range(0, 10), pass.Select(sample => sample.Index).Order()));
    }

    [Fact]
    public void No_draw_is_repeated()
    {
        var order = new SampleOrder(7, [new OrderedDataset(5, BatchSize: 2), new OrderedDataset(5)]);

        Assert.Distinct(Take(order, 0, 1000).Select(sample => sample.DrawSeed));
    }

    [Fact]
    public void Any_micro_batch_can_be_asked_for_without_those_before()
    {
        SampleOrder Create() => new(3, [new OrderedDataset(13, 2, 1), new OrderedDataset(7, 3, 2.5)]);
        var replayed = Create();
        var all = Enumerable.Range(0, 100).Select(batch => replayed[batch]).ToList();

        Assert.Equal(all[77], Create()[77]);
        Assert.Equal(all[3], Create()[3]);
        Assert.Equal(Create()[3_000_000_000_000], Create()[3_000_000_000_000]);
    }

    [Fact]
    public void The_order_is_the_same_on_every_machine()
    {
        var order = new SampleOrder(42, [new OrderedDataset(Count: 12)]);

        // Computed by another implementation of the documented algorithm.
        Assert.Equal(
            [6, 4, 8, 1, 3, 5, 10, 7, 11, 9, 0, 2], Take(order, 0, 12).Select(sample => sample.Index));
    }

    [Fact]
    public void Another_seed_is_another_order()
    {
        var orders = Enumerable.Range(0, 50).Select(seed => string.Join(
            ',', Take(new SampleOrder((ulong)seed, [new OrderedDataset(12)]), 0, 12).Select(sample => sample.Index)));

        Assert.Distinct(orders);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(0.7, 0.1)]
    [InlineData(2, 1e-3)]
    [InlineData(0, 1)]
    public void Data_sets_take_turns_in_proportion_to_their_ratios(double first, double second)
    {
        var order = new SampleOrder(1, [new OrderedDataset(5, 1, first), new OrderedDataset(9, 2, second)]);
        var share = first / (first + second);
        var taken = 0;
        for (var batch = 0; batch < 2_000; batch++)
        {
            Assert.InRange(taken, (batch * share) - 1, (batch * share) + 1);
            taken += order[batch][0].Dataset == 0 ? 1 : 0;
        }
    }

    [Fact]
    public void With_several_data_sets_each_is_gone_through_pass_by_pass()
    {
        var order = new SampleOrder(1, [new OrderedDataset(6, 1, 1), new OrderedDataset(5, 2, 1.7), new(4, 1, 0.4)]);
        var samples = Take(order, 0, 600).ToList();

        for (var dataset = 0; dataset < 3; dataset++)
        {
            var count = new[] { 6, 5, 4 }[dataset];
            var passes = samples.Where(sample => sample.Dataset == dataset).Chunk(count).Where(p => p.Length == count);
            Assert.All(
                passes,
                pass => Assert.Equal(Enumerable.Range(0, count), pass.Select(sample => sample.Index).Order()));
        }
    }

    [Fact]
    public void Processes_share_one_order()
    {
        OrderedDataset[] datasets = [new(11, 2, 1), new(5, 1, 2)];
        var alone = new SampleOrder(5, datasets);
        var ranks = Enumerable.Range(0, 3).Select(rank => new SampleOrder(5, datasets, rank, 3)).ToArray();

        for (var batch = 0; batch < 60; batch++)
            Assert.Equal(alone[batch], ranks[batch % 3][batch / 3]);
    }

    [Fact]
    public void A_pass_is_counted_in_micro_batches_of_one_process()
    {
        Assert.Equal(10, new SampleOrder(0, [new OrderedDataset(10)]).BatchesPerPass);
        Assert.Equal(4, new SampleOrder(0, [new OrderedDataset(10, 3)]).BatchesPerPass);
        Assert.Equal(2, new SampleOrder(0, [new OrderedDataset(10, 3)], 1, 2).BatchesPerPass);
        Assert.Equal(9, new SampleOrder(0, [new OrderedDataset(10, 3), new OrderedDataset(5)]).BatchesPerPass);
        Assert.Equal(4, new SampleOrder(0, [new OrderedDataset(10, 3), new OrderedDataset(5, 1, 0)]).BatchesPerPass);
    }

    [Fact]
    public void Impossible_orders_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new SampleOrder(0, []));
        Assert.ThrowsAny<ArgumentException>(() => new SampleOrder(0, [new OrderedDataset(0)]));
        Assert.ThrowsAny<ArgumentException>(() => new SampleOrder(0, [new OrderedDataset(1, 0)]));
        Assert.ThrowsAny<ArgumentException>(() => new SampleOrder(0, [new OrderedDataset(1, 1, 0)]));
        Assert.ThrowsAny<ArgumentException>(() => new SampleOrder(0, [new OrderedDataset(1)], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleOrder(0, [new OrderedDataset(1)])[-1]);
    }

    [Fact]
    public void A_permutation_holds_every_number_once_whatever_its_length()
    {
        for (var count = 1; count <= 300; count++)
        {
            var order = new SeededPermutation((ulong)count, count);
            Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(place => order[place]).Order());
        }
    }

    [Fact]
    public void Over_many_seeds_every_number_comes_first_equally_often()
    {
        var first = new int[6];
        for (var seed = 0UL; seed < 6_000; seed++)
            first[new SeededPermutation(SplitMix64.Mix(9, seed), 6)[0]]++;

        Assert.All(first, count => Assert.InRange(count, 880, 1_120));
    }

    [Fact]
    public void Evaluation_goes_through_the_clips_once_and_in_order()
    {
        var order = new SequentialOrder(clips: 7, batchSize: 3);

        Assert.Equal(3, order.Count);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], Take(order, 0, 3).Select(sample => sample.Index));
        Assert.Throws<ArgumentOutOfRangeException>(() => order[3]);
    }

    [Fact]
    public void Evaluation_draws_do_not_depend_on_batch_size_or_processes()
    {
        var alone = Take(new SequentialOrder(7, seed: 4), 0, 7).OrderBy(sample => sample.Index);
        var ranks = Enumerable.Range(0, 2).Select(rank => new SequentialOrder(7, 2, 4, rank, 2)).ToArray();

        var shared = ranks.SelectMany(order => Take(order, 0, (int)order.Count)).OrderBy(sample => sample.Index);

        Assert.Equal([2, 2], ranks.Select(order => (int)order.Count));
        Assert.Equal(alone, shared);
    }

    [Fact]
    public void Another_number_of_processes_goes_on_where_the_others_stopped()
    {
        OrderedDataset[] datasets = [new(7, BatchSize: 2), new(5)];
        var alone = new SampleOrder(5, datasets);
        var two = Enumerable.Range(0, 2).Select(rank => new SampleOrder(5, datasets, rank, 2)).ToArray();
        var three = Enumerable.Range(0, 3).Select(rank => new SampleOrder(5, datasets, rank, 3).From(8)).ToArray();

        var together = Enumerable.Range(0, 4).SelectMany(batch => two.Select(order => order[batch]))
            .Concat(Enumerable.Range(0, 5).SelectMany(batch => three.Select(order => order[batch])));

        Assert.Equal(Enumerable.Range(0, 23).Select(batch => alone[batch]), together);
    }

    private static IEnumerable<SampleReference> Take(ISampleOrder order, long start, int count) =>
        Enumerable.Range(0, count).SelectMany(batch => order[start + batch]);
}
