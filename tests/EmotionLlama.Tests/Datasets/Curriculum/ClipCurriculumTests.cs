using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;

namespace EmotionLlama.Tests.Datasets.Curriculum;

/// <summary>Which clips a run draws under a curriculum, and when.</summary>
public sealed class ClipCurriculumTests
{
    private const int Clips = 40;
    private const int End = 300;

    // No two the same, so that a clip's rank is its difficulty.
    private static readonly double[] Difficulties = [.. Enumerable.Range(0, Clips).Select(clip => (double)(clip * 7 % Clips))];

    [Theory]
    [InlineData(CurriculumPacing.Linear, 0.25)]
    [InlineData(CurriculumPacing.Root, 0.1)]
    [InlineData(CurriculumPacing.Step, 0.3)]
    [InlineData(CurriculumPacing.Linear, 0.001)]
    public void At_all_times_only_the_easiest_share_is_drawn_and_at_last_everything(CurriculumPacing pacing, double start)
    {
        var competence = new Competence(pacing, start);
        var drawn = Take(Order(competence), 5 * End);

        for (var position = 0; position < End; position++)
        {
            var allowed = Math.Max(competence.At(position / (double)End) * Clips, 1);
            Assert.True(Difficulties[drawn[position]] < allowed + 1e-9, $"{position}: {Difficulties[drawn[position]]}");
        }

        Assert.All(drawn.Skip(End).Chunk(Clips).SkipLast(1), pass => Assert.Equal(Enumerable.Range(0, Clips), pass.Order()));
    }

    [Fact]
    public void Switched_off_difficult_clips_come_from_the_start()
    {
        var with = Take(Order(new Competence(CurriculumPacing.Linear, 0.25)), 20);
        var without = Take(new SampleOrder(3, [new OrderedDataset(Clips)]), 20);

        Assert.All(with, clip => Assert.True(Difficulties[clip] < 0.35 * Clips));
        Assert.Contains(without, clip => Difficulties[clip] > 0.8 * Clips);
    }

    [Fact]
    public void The_share_that_is_drawn_from_keeps_up_with_the_competence()
    {
        var competence = new Competence(CurriculumPacing.Linear, 0.25);
        var curriculum = new ClipCurriculum(Difficulties, 3, competence, End);

        // A block of so many clips looks at the competence only where it begins.
        for (var position = 0; position < End; position++)
        {
            var begins = position - curriculum[position].Place;
            Assert.Equal(competence.ClipsAt(begins / (double)End, Clips), curriculum[position].Clips);
            Assert.InRange(curriculum[position].Place, 0, curriculum[position].Clips - 1);
        }

        Assert.Equal(1, curriculum.ShareAt(End));
        Assert.True(curriculum.ShareAt(End - 1) < 1);
    }

    [Fact]
    public void Inside_a_block_every_clip_comes_once()
    {
        var curriculum = new ClipCurriculum(Difficulties, 3, new Competence(CurriculumPacing.Root, 0.2), End);
        var drawn = Take(Order(curriculum), End);
        var blocks = Enumerable.Range(0, End).GroupBy(position => curriculum[position].Block, position => drawn[position])
            .ToList();

        Assert.True(blocks.Count > 5);
        Assert.All(blocks, block => Assert.Distinct(block));
        Assert.All(blocks.SkipLast(1).Index(), block => Assert.Equal(
            curriculum.Clips.Take(block.Item.Count()).Order(), block.Item.Order()));
    }

    [Fact]
    public void Any_micro_batch_is_found_without_those_before()
    {
        SampleOrder Create() => new(
            9,
            [
                new OrderedDataset(Clips, 3, 1, Curriculum(new Competence(CurriculumPacing.Root, 0.1))),
                new OrderedDataset(7, 2, 1.5),
            ]);
        var replayed = Create();
        var all = Enumerable.Range(0, 300).Select(batch => replayed[batch]).ToList();

        Assert.All(new[] { 250, 3, 77, 120 }, batch => Assert.Equal(all[batch], Create()[batch]));
        Assert.Equal(Create()[3_000_000_000_000], Create()[3_000_000_000_000]);
    }

    [Fact]
    public void Processes_share_one_order()
    {
        OrderedDataset[] datasets = [new(Clips, 3, 1, Curriculum(new Competence(CurriculumPacing.Linear, 0.2))), new(9, 1, 2)];
        var alone = new SampleOrder(5, datasets);
        var ranks = Enumerable.Range(0, 3).Select(rank => new SampleOrder(5, datasets, rank, 3)).ToArray();

        for (var batch = 0; batch < 240; batch++)
            Assert.Equal(alone[batch], ranks[batch % 3][batch / 3]);
    }

    [Fact]
    public void Samples_of_a_data_set_are_counted_over_all_processes()
    {
        OrderedDataset[] datasets = [new(5, 2, 1), new(9, 3, 1.7), new(4, 1, 0.4)];
        var ranks = Enumerable.Range(0, 2).Select(rank => new SampleOrder(1, datasets, rank, 2)).ToArray();
        var counted = new long[3];
        for (var batch = 0; batch < 100; batch++)
        {
            Assert.Equal(counted, Enumerable.Range(0, 3).Select(dataset => ranks[0].SamplesBefore(dataset, batch)));
            foreach (var sample in ranks.SelectMany(rank => rank[batch]))
                counted[sample.Dataset]++;
        }
    }

    [Fact]
    public void Equal_clips_are_ordered_by_the_seed_and_unknown_ones_come_last()
    {
        double[] difficulties = [double.NaN, 1, 1, 1, 1, 1, 1, 0];
        IReadOnlyList<int> Sorted(ulong seed) =>
            new ClipCurriculum(difficulties, seed, new Competence(CurriculumPacing.Linear, 0.5), 10).Clips;

        Assert.Equal(Sorted(1), Sorted(1));
        Assert.NotEqual(Sorted(1), Sorted(2));
        Assert.Equal((7, 0), (Sorted(1)[0], Sorted(1)[^1]));
        Assert.Equal(Enumerable.Range(1, 6), Sorted(2).Skip(1).SkipLast(1).Order());
    }

    [Fact]
    public void A_curriculum_of_other_clips_is_refused() => Assert.ThrowsAny<ArgumentException>(
        () => new SampleOrder(1, [new OrderedDataset(3, 1, 1, Curriculum(new Competence(CurriculumPacing.Linear, 1)))]));

    private static ClipCurriculum Curriculum(Competence competence) => new(Difficulties, 3, competence, End);

    private static SampleOrder Order(Competence competence) => Order(Curriculum(competence));

    private static SampleOrder Order(ClipCurriculum curriculum) =>
        new(3, [new OrderedDataset(Clips, Curriculum: curriculum)]);

    private static List<int> Take(SampleOrder order, int count) =>
        [.. Enumerable.Range(0, count).Select(batch => Assert.Single(order[batch]).Index)];
}
