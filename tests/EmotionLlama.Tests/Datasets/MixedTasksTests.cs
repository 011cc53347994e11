using EmotionLlama.Datasets;

namespace EmotionLlama.Tests.Datasets;

/// <summary>Tasks mixed by weight, as the samples of a pass draw them.</summary>
public sealed class MixedTasksTests : IDisposable
{
    private const int Clips = 300;

    private readonly MerrFolder _folder = new([.. Enumerable.Repeat("happy", Clips)]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pass_draws_tasks_in_the_proportion_of_their_weights()
    {
        var drawn = DrawPass(("reason", 0.3), ("reason_v2", 0.7));

        // 300 draws of probability 0.3: 90, give or take four standard deviations of 7.94.
        Assert.InRange(drawn["reason"], 58, 122);
        Assert.Equal(Clips, drawn["reason"] + drawn["reason_v2"]);
    }

    [Fact]
    public void Each_task_has_the_answer_of_its_own_captions()
    {
        var dataset = Open(("reason", 0.3), ("reason_v2", 0.7));
        for (var seed = 0UL; seed < 20; seed++)
        {
            using var sample = dataset.Read(5, seed, SampleUse.Training);
            Assert.Equal(sample.Task == "reason" ? "Coarse caption 5." : "Fine caption 5.", sample.Answer);
            Assert.Contains($"[{sample.Task}]", sample.Instruction);
        }
    }

    [Fact]
    public void Switched_off_one_task_is_drawn_alone() =>
        Assert.Equal(["reason_v2"], DrawPass(("reason_v2", 1)).Keys);

    [Fact]
    public void Every_pass_draws_anew()
    {
        var dataset = Open(("reason", 1), ("reason_v2", 1));

        Assert.NotEqual(Tasks(dataset, 0), Tasks(dataset, 1));
        Assert.Equal(Tasks(dataset, 0), Tasks(dataset, 0));
    }

    private Dictionary<string, int> DrawPass(params (string Task, double Weight)[] pool) =>
        Tasks(Open(pool), pass: 0).CountBy(entry => entry.Value).ToDictionary();

    /// <summary>The tasks of a pass, by clip.</summary>
    private static SortedDictionary<int, string> Tasks(MerrDataset dataset, int pass)
    {
        var order = new SampleOrder(11, [new OrderedDataset(dataset.Count)]);
        var tasks = new SortedDictionary<int, string>();
        for (var batch = 0; batch < dataset.Count; batch++)
        {
            var reference = order[((long)pass * dataset.Count) + batch][0];
            using var sample = dataset.Read(reference.Index, reference.DrawSeed, SampleUse.Training);
            tasks.Add(reference.Index, sample.Task);
        }

        return tasks;
    }

    // Pictures and features are withheld to read quickly.
    private MerrDataset Open(params (string Task, double Weight)[] pool) => MerrDataset.Open(
        "clips",
        _folder.Recipe with
        {
            TaskPool = pool.ToDictionary(entry => entry.Task, entry => entry.Weight),
            Withhold = ["face", "voice"],
        },
        MerrFolder.ImageSize);
}
