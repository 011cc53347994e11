using EmotionLlama.Checkpoints;
using EmotionLlama.Monitoring;
using EmotionLlama.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Training;

/// <summary>A run of the real program that is killed again and again ends as if nothing had happened.</summary>
[Collection(SharedGenerator.Name)]
public sealed class KillTests : IClassFixture<KillTests.Undisturbed>
{
    private const int Kills = 10;
    private const string LastCheckpoint = "checkpoint_11.pth";

    private readonly Undisturbed _undisturbed;

    public KillTests(Undisturbed undisturbed)
    {
        _undisturbed = undisturbed;
        if (OperatingSystem.IsWindows())
            Assert.Skip("no POSIX signals here");
    }

    [Fact]
    public void Killed_at_ten_random_moments_it_ends_with_the_same_weights_and_best_and_no_file_is_ever_half_written()
    {
        const string name = "killed";
        var recipe = _undisturbed.Project.WriteRecipe(name);
        var folder = _undisturbed.Project.OutputOf(name);
        var random = new Random(20240607);
        for (var kill = 0; kill < Kills; kill++)
        {
            var newest = CheckpointStore.FindNewest(folder);
            using var process = newest is null ? new TrainProcess(recipe) : new TrainProcess(recipe, "--resume");
            var started = newest is null ? 0 : NextStepOf(newest);
            var until = started + 2 + random.Next(4);
            process.WaitUntil(() => LoggedSteps(folder) >= until);
            Thread.Sleep(random.Next(20));
            process.Kill();

            Assert.All(Directory.GetFiles(folder, "*.pth"), ReadWhole);
            Assert.InRange(NextStepOf(CheckpointStore.FindNewest(folder)!), started + 1, 60);
        }

        Assert.False(File.Exists(Path.Combine(folder, LastCheckpoint)), "every kill came before the end");
        using var last = new TrainProcess(recipe, "--resume");
        Assert.Equal(0, last.Wait().ExitCode);
        Assert.Equal(_undisturbed.Numbers, ReadNumbers(Path.Combine(folder, LastCheckpoint)));
        Assert.Equal(_undisturbed.BestNumbers, ReadNumbers(Path.Combine(folder, CheckpointStore.BestName)));
        Assert.Equal(_undisturbed.Evaluations, Undisturbed.ReadEvaluations(folder));
        Assert.Equal(60, LoggedSteps(folder));
        Assert.Empty(Directory.GetFiles(folder, "*.partial"));
    }

    [Fact]
    public void Asked_to_end_it_finishes_its_step_saves_and_says_so_and_goes_on_from_there()
    {
        const string name = "terminated";
        var recipe = _undisturbed.Project.WriteRecipe(name);
        var folder = _undisturbed.Project.OutputOf(name);
        using (var process = new TrainProcess(recipe))
        {
            process.WaitUntil(() => LoggedSteps(folder) >= 7);
            process.Terminate();
            var (exitCode, error) = process.Wait();

            Assert.Equal(130, exitCode);
            Assert.Equal("emotion-llama: stopped", error.Trim());
        }

        Assert.Equal(LoggedSteps(folder), NextStepOf(CheckpointStore.FindNewest(folder)!));
        using var resumed = new TrainProcess(recipe, "--resume");
        Assert.Equal(0, resumed.Wait().ExitCode);
        Assert.Equal(_undisturbed.Numbers, ReadNumbers(Path.Combine(folder, LastCheckpoint)));
    }

    [Fact]
    public void A_run_that_is_over_has_nothing_to_go_on_with()
    {
        using var process = new TrainProcess(_undisturbed.Project.WriteRecipe(Undisturbed.Name), "--resume", "--json");

        var (exitCode, error) = process.Wait();

        Assert.True(exitCode == 0, error);
        Assert.Equal(_undisturbed.Numbers, _undisturbed.ReadNumbers());
    }

    private static int LoggedSteps(string folder)
    {
        try
        {
            return File.ReadLines(Path.Combine(folder, MetricLog.FileName)).Count();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long NextStepOf(string path)
    {
        using var checkpoint = TorchCheckpoint.Open(path);
        return (long)Under(Under(checkpoint.Root, "emotion_llama_state"), "next_step")!;
    }

    private static void ReadWhole(string path) => Assert.NotEmpty(ReadNumbers(path));

    /// <summary>All weights and moments of a checkpoint, one behind the other.</summary>
    private static float[] ReadNumbers(string path)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = TorchCheckpoint.Open(path);
        var moments = (OrderedDictionary<object, object?>)Under(Under(checkpoint.Root, "optimizer"), "state")!;
        return
        [
            .. checkpoint.Names.SelectMany(name => checkpoint.Read(name).flatten().data<float>()),
            .. moments.Values.SelectMany(state => Read(state, "exp_avg")),
            .. moments.Values.SelectMany(state => Read(state, "exp_avg_sq")),
        ];

        static float[] Read(object? state, string key) =>
            [.. ((StoredTensor)Under(state, key)!).Read().flatten().data<float>()];
    }

    private static object? Under(object? node, string key) =>
        Assert.IsType<OrderedDictionary<object, object?>>(node)[key];

    /// <summary>A run that nobody disturbed.</summary>
    public sealed class Undisturbed : IDisposable
    {
        internal const string Name = "undisturbed";

        public Undisturbed()
        {
            using var process = new TrainProcess(Project.WriteRecipe(Name));
            var (exitCode, error) = process.Wait();
            Assert.True(exitCode == 0, error);
            Numbers = ReadNumbers();
            BestNumbers = KillTests.ReadNumbers(Path.Combine(Project.OutputOf(Name), CheckpointStore.BestName));
            Evaluations = ReadEvaluations(Project.OutputOf(Name));
            Assert.NotEqual(Numbers, BestNumbers);
        }

        internal TinyProject Project { get; } = new();

        internal float[] Numbers { get; }

        internal float[] BestNumbers { get; }

        internal IReadOnlyList<ValidationMetrics> Evaluations { get; }

        internal static IReadOnlyList<ValidationMetrics> ReadEvaluations(string folder) =>
            ValidationLog.Read(Path.Combine(folder, ValidationLog.FileName));

        internal float[] ReadNumbers() => KillTests.ReadNumbers(Path.Combine(Project.OutputOf(Name), LastCheckpoint));

        public void Dispose() => Project.Dispose();
    }
}
