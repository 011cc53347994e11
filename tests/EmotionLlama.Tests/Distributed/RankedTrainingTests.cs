using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;

namespace EmotionLlama.Tests.Distributed;

/// <summary>Several processes of the real program train the weights of one.</summary>
[Collection(SharedGenerator.Name)]
public sealed class RankedTrainingTests : IDisposable
{
    private const int Even = 4;
    private const int Odd = 5;
    private const int Steps = 20;

    private readonly RankProject _project = new();

    public RankedTrainingTests()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("no POSIX signals here");
    }

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("--nproc", Even)]
    [InlineData("--nproc", Odd)]
    [InlineData("mpirun", Even)]
    [InlineData("mpirun", Odd)]
    [InlineData("torchrun's variables", Odd)]
    public void Two_ranks_end_with_the_weights_of_one_process_with_twice_the_batch(string launcher, int clips)
    {
        // A pass of two ranks is one step with four clips and two with five.
        var epochs = clips == Even ? Steps : Steps / 2;
        using (var alone = JobProcess.Start(Train(_project.Write("alone", batchSize: 4, clips, epochs))))
            alone.Succeed();

        Run(launcher, _project.Write("ranks", batchSize: 2, clips, epochs));

        var (expected, actual) = (_project.WeightsOf("alone", epochs - 1), _project.WeightsOf("ranks", epochs - 1));
        Assert.InRange(RankProject.Difference(expected, actual), 0, 1e-6);
        Assert.Equal(Steps, _project.StepsOf("ranks").Count);
        Assert.All(_project.StepsOf("alone").Zip(_project.StepsOf("ranks")), pair =>
        {
            Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-5 * pair.First.Loss);
            Assert.Equal(
                (pair.First.Samples, pair.First.Tokens, pair.First.AnswerTokens),
                (pair.Second.Samples, pair.Second.Tokens, pair.Second.AnswerTokens));
        });
    }

    [Fact]
    public void With_the_originals_normalization_two_ranks_are_two_micro_batches()
    {
        using (var alone = JobProcess.Start(Train(_project.Write("alone", batchSize: 2, Odd, epochs: 4, recipe => Sample(
            recipe, accumulation: 2, iterations: 4)))))
        {
            alone.Succeed();
        }

        Run("--nproc", _project.Write("ranks", batchSize: 2, Odd, epochs: 4, recipe => Sample(
            recipe, accumulation: 1, iterations: 2)));

        Assert.InRange(
            RankProject.Difference(_project.WeightsOf("alone", 3), _project.WeightsOf("ranks", 3)), 0, 1e-6);

        static Recipe Sample(Recipe recipe, int accumulation, int iterations) => recipe with
        {
            Run = recipe.Run with
            {
                LossNormalization = LossNormalization.Sample,
                AccumGradIters = accumulation,
                ItersPerEpoch = iterations,
            },
        };
    }

    [Fact]
    public void Evaluations_while_training_are_those_of_one_process()
    {
        foreach (var (name, batch, options) in new (string, int, string[])[]
            { ("alone", 4, []), ("ranks", 2, ["--nproc", "2"]) })
        {
            var recipe = _project.Write(name, batch, Odd, epochs: 5, recipe => recipe with
            {
                Datasets = new Dictionary<string, DatasetRecipe>
                {
                    ["clips"] = recipe.Datasets["clips"] with { ValidationFile = "annotations.txt" },
                },
                Run = recipe.Run with { SaveBest = true, EvalClips = 3, EvalMaxNewTokens = 8 },
            });
            using var run = JobProcess.Start(Train(recipe, options));
            run.Succeed();
        }

        var (alone, ranks) = (Evaluations("alone"), Evaluations("ranks"));
        Assert.Equal(6, alone.Count);
        Assert.Equal(alone.Select(line => line.Step), ranks.Select(line => line.Step));
        Assert.Equal(alone.Select(line => line.Answers), ranks.Select(line => line.Answers));
        Assert.All(alone.Zip(ranks), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-5));
        Assert.True(File.Exists(Path.Combine(_project.OutputOf("ranks"), "checkpoint_best.pth")), "the best is kept");

        IReadOnlyList<ValidationMetrics> Evaluations(string name) =>
            ValidationLog.Read(Path.Combine(_project.OutputOf(name), ValidationLog.FileName));
    }

    [Theory]
    [InlineData("mpirun")]
    [InlineData("--nproc")]
    public void Three_ranks_go_on_with_what_two_have_saved_and_no_sample_is_lost_or_read_twice(string launcher)
    {
        Run(launcher, Write("ranks", epochs: 2, ranks: 1), ranks: 2);
        var saved = Path.Combine(_project.OutputOf("ranks"), "checkpoint_1.pth");

        var output = Run(launcher, Write("ranks", epochs: 4, ranks: 1), ranks: 3, "--resume");
        using (var alone = JobProcess.Start(Train(Write("alone", epochs: 4, ranks: 3), "--resume", saved)))
            alone.Succeed();

        Assert.Contains("it is of a run of 2 rank(s), now 3", output, StringComparison.Ordinal);
        Assert.Contains("after 16 micro-batches", output, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 16), _project.StepsOf("ranks").Select(step => (int)step.Step));

        // One process that takes three micro-batches a step reads the same samples from there on.
        Assert.InRange(
            RankProject.Difference(_project.WeightsOf("alone", 3), _project.WeightsOf("ranks", 3)), 0, 1e-6);

        string Write(string name, int epochs, int ranks) => _project.Write(
            name, batchSize: 1, Odd, epochs, recipe => recipe with
            {
                Run = recipe.Run with { KeepLast = 0, ItersPerEpoch = 4 * ranks, AccumGradIters = ranks },
            });
    }

    [Fact]
    public void A_stop_of_one_rank_saves_and_ends_all()
    {
        var recipe = _project.Write("stopped", batchSize: 1, Odd, epochs: 200);
        var port = RankThreads.FreePort();
        using var first = JobProcess.StartRank(0, 2, port, Train(recipe));
        using var second = JobProcess.StartRank(1, 2, port, Train(recipe));
        first.WaitUntil(() => _project.StepsOf("stopped").Count >= 3);

        JobProcess.Signal("TERM", second.Id);

        Assert.Equal((130, "stopped"), second.Fail());
        Assert.Equal((130, "stopped"), first.Fail());
        var steps = _project.StepsOf("stopped").Count;
        var output = Run(
            "--nproc", _project.Write("stopped", batchSize: 1, Odd, epochs: (steps / 3) + 1), ranks: 2, "--resume");
        Assert.Contains($"at step {steps} of", output, StringComparison.Ordinal);
    }

    private static string Run(string launcher, string recipe, int ranks = 2, params string[] options)
    {
        if (launcher == "mpirun")
        {
            using var job = JobProcess.StartMpi(ranks, Train(recipe, options));
            return job.Succeed();
        }

        if (launcher == "--nproc")
        {
            using var job = JobProcess.Start(Train(recipe, [.. options, "--nproc", $"{ranks}"]));
            return job.Succeed();
        }

        var port = RankThreads.FreePort();
        using var second = JobProcess.StartRank(1, ranks, port, Train(recipe, options));
        using var first = JobProcess.StartRank(0, ranks, port, Train(recipe, options));
        Assert.Equal("", second.Succeed());
        return first.Succeed();
    }

    private static IEnumerable<string> Train(string recipe, params string[] options) =>
        ["train", "--cfg-path", recipe, "--rank-timeout", "60", .. options];
}
