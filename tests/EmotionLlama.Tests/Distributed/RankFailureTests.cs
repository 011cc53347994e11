using System.Diagnostics;
using EmotionLlama.Training;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Whatever happens to one rank, all end soon and say why, and nothing is left running.</summary>
[Collection(SharedGenerator.Name)]
public sealed class RankFailureTests : IDisposable
{
    private const int Kills = 10;
    private const int Epochs = 20;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly RankProject _project = new();

    public RankFailureTests()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("no POSIX signals here");
    }

    public void Dispose() => _project.Dispose();

    [Fact]
    public void A_rank_that_is_killed_at_ten_random_moments_ends_the_job_and_the_resumed_run_has_the_weights_of_an_undisturbed_one()
    {
        using (var undisturbed = JobProcess.Start(Train(Write("undisturbed"))))
            undisturbed.Succeed();

        var recipe = Write("killed");
        var folder = _project.OutputOf("killed");
        var random = new Random(20240607);
        for (var kill = 0; kill < Kills; kill++)
        {
            var newest = CheckpointStore.FindNewest(folder);
            using var job = JobProcess.Start(Train(recipe, newest is null ? [] : ["--resume"]));
            job.WaitUntil(() => JobProcess.ChildrenOf(job.Id).Count == 2);
            var ranks = JobProcess.ChildrenOf(job.Id);

            // Some die while they start, most while they train; on a fast machine, all.
            var (started, alreadyDone) = (Stopwatch.StartNew(), _project.StepsOf("killed").Count);
            var (longest, most) = kill % 4 == 0 ? (random.Next(1500), 3) : (int.MaxValue, 1 + random.Next(3));
            job.WaitUntil(() => started.ElapsedMilliseconds >= longest || _project.StepsOf("killed").Count >= alreadyDone + most);
            Thread.Sleep(random.Next(20));

            JobProcess.Signal("KILL", ranks[random.Next(2)]);
            var clock = Stopwatch.StartNew();
            var (code, _, error) = job.Wait(Soon);

            Assert.True(clock.Elapsed < Soon, "the job has to end soon");
            Assert.Equal(1, code);
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.All(ranks, rank => Assert.False(JobProcess.IsRunning(rank), "a rank is left running"));
        }

        Assert.False(File.Exists(Path.Combine(folder, $"checkpoint_{Epochs - 1}.pth")), "every kill came before the end");
        using var last = JobProcess.Start(Train(recipe, "--resume"));
        last.Succeed();
        Assert.Equal(_project.WeightsOf("undisturbed", Epochs - 1), _project.WeightsOf("killed", Epochs - 1));
        Assert.Equal(_project.StepsOf("undisturbed").Select(step => step.Loss), _project.StepsOf("killed").Select(step => step.Loss));
    }

    [Fact]
    public void A_rank_that_another_launcher_started_and_that_is_killed_is_named_by_the_others()
    {
        var port = RankThreads.FreePort();
        var recipe = Write("named");
        using var ranks = new Ranks(3, port, Train(recipe, "--rank-timeout", "60").ToList());
        ranks[0].WaitUntil(() => _project.StepsOf("named").Count >= 1);

        JobProcess.Signal("KILL", ranks[2].Id);

        Assert.All([ranks[0], ranks[1]], rank => Assert.Matches(
            @"^rank 2 \(process \d+ on .+\) has ended without a word", rank.Fail(Soon).Line));
    }

    [Fact]
    public void A_rank_that_hangs_ends_the_job_after_the_time_limit()
    {
        using var job = JobProcess.Start(Train(Write("hangs"), "--rank-timeout", "3"));
        job.WaitUntil(() => _project.StepsOf("hangs").Count >= 1);
        var ranks = JobProcess.ChildrenOf(job.Id);

        JobProcess.Signal("STOP", ranks[1]);
        var (code, line) = job.Fail(Soon);

        Assert.Equal(1, code);
        Assert.Matches("^rank 1 .*(hangs|silent)", line);
        Assert.All(ranks, rank => Assert.False(JobProcess.IsRunning(rank), "a rank is left running"));
    }

    [Fact]
    public void Ranks_end_when_the_process_that_started_them_is_killed()
    {
        using var job = JobProcess.Start(Train(Write("orphans")));
        job.WaitUntil(() => _project.StepsOf("orphans").Count >= 1);
        var ranks = JobProcess.ChildrenOf(job.Id);

        JobProcess.Signal("KILL", job.Id);

        for (var clock = Stopwatch.StartNew(); ranks.Any(JobProcess.IsRunning); Thread.Sleep(10))
            Assert.True(clock.Elapsed < Soon, "a rank is left running");
    }

    [Fact]
    public void Ranks_with_different_recipes_say_what_differs()
    {
        var other = Write("recipe", learningRate: 0.5);
        var changed = Path.ChangeExtension(other, ".changed.yaml");
        File.Move(other, changed);
        AssertDisagree(Write("recipe"), changed, [], "rank 1 has another run.init_lr than rank 0: 0.5, not 0.001");
    }

    [Fact]
    public void Ranks_that_go_on_from_different_checkpoints_say_so()
    {
        var recipe = Write("checkpoints", epochs: 2);
        using (var alone = JobProcess.Start(["train", "--cfg-path", recipe]))
            alone.Succeed();

        string Checkpoint(int epoch) => Path.Combine(_project.OutputOf("checkpoints"), $"checkpoint_{epoch}.pth");
        var longer = Write("checkpoints", epochs: 3);
        var port = RankThreads.FreePort();
        using var first = JobProcess.StartRank(0, 2, port, ["train", "--cfg-path", longer, "--resume", Checkpoint(1)]);
        using var second = JobProcess.StartRank(1, 2, port, ["train", "--cfg-path", longer, "--resume", Checkpoint(0)]);

        Assert.All([first, second], rank => Assert.Contains(
            "rank 1 has another checkpoint to go on from than rank 0", rank.Fail().Line, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_on_one_rank_alone_is_said_by_all()
    {
        var recipe = Write("wrong");
        var port = RankThreads.FreePort();
        using var first = JobProcess.StartRank(0, 2, port, Train(recipe, "--rank-timeout", "60"));
        using var second = JobProcess.StartRank(
            1, 2, port, Train(_project.PathOf("missing.yaml"), "--rank-timeout", "60"));

        var (code, line) = second.Fail();
        Assert.Equal(2, code);
        Assert.Contains("missing.yaml", line, StringComparison.Ordinal);
        Assert.Equal((2, $"rank 1: {line}"), first.Fail());
    }

    [Fact]
    public void A_missing_address_is_said_by_every_rank_before_anything_is_read()
    {
        using var rank = JobProcess.Start(
            ["train", "--cfg-path", _project.PathOf("any.yaml")], "RANK=1", "WORLD_SIZE=2", "MASTER_PORT=29500");

        var (code, line) = rank.Fail();

        Assert.Equal(2, code);
        Assert.StartsWith("MASTER_ADDR is not set", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_launcher_inside_a_launcher_is_refused()
    {
        using var rank = JobProcess.Start(
            ["train", "--cfg-path", _project.PathOf("any.yaml"), "--nproc", "2"],
            "RANK=0", "WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=29500");

        Assert.Equal((2, "--nproc starts ranks itself, but Torchrun has started this one; leave it out"), rank.Fail());
    }

    [Fact]
    public void One_GPU_for_all_ranks_is_refused()
    {
        var recipe = _project.Write("device", batchSize: 1, clips: 5, Epochs, recipe => recipe with
        {
            Run = recipe.Run with { Device = "cuda:0" },
        });
        using var job = JobProcess.Start(Train(recipe));

        var (code, line) = job.Fail();

        Assert.Equal(2, code);
        Assert.Contains("each of 2 ranks needs its own; write cuda", line, StringComparison.Ordinal);
    }

    private void AssertDisagree(string first, string second, string[] options, string message)
    {
        var port = RankThreads.FreePort();
        using var one = JobProcess.StartRank(0, 2, port, ["train", "--cfg-path", first, .. options]);
        using var other = JobProcess.StartRank(1, 2, port, ["train", "--cfg-path", second, .. options]);
        foreach (var rank in (JobProcess[])[one, other])
        {
            var (code, line) = rank.Fail();
            Assert.Equal(2, code);
            Assert.Contains(message, line, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.Exists(_project.OutputOf("recipe")) ? Directory.GetFiles(_project.OutputOf("recipe")) : []);
    }

    /// <summary>A recipe with dropout, saved after each step.</summary>
    private string Write(string name, int epochs = Epochs, double learningRate = 1e-3) => _project.Write(
        name, batchSize: 1, clips: 5, epochs, recipe => recipe with
        {
            Model = recipe.Model with { LoraDropout = 0.2 },
            Run = recipe.Run with { InitLr = learningRate, SaveEverySteps = 1, KeepLast = 0 },
        });

    private static IEnumerable<string> Train(string recipe, params string[] options) =>
    [
        "train", "--cfg-path", recipe,
        .. options.Contains("60") ? [] : (string[])["--nproc", "2"],
        .. options.Contains("--rank-timeout") ? [] : (string[])["--rank-timeout", "30"],
        .. options,
    ];

    private sealed class Ranks(int size, int port, List<string> arguments) : IDisposable
    {
        private readonly JobProcess[] _processes =
            [.. Enumerable.Range(0, size).Select(rank => JobProcess.StartRank(rank, size, port, arguments))];

        public JobProcess this[int rank] => _processes[rank];

        public void Dispose()
        {
            foreach (var process in _processes)
                process.Dispose();
        }
    }
}
