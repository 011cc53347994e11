using EmotionLlama.Tests.Workflows;

namespace EmotionLlama.Tests.Cli;

/// <summary>An evaluation by the real program that is killed again and again ends as if nothing had happened.</summary>
[Collection(SharedGenerator.Name)]
public sealed class EvaluateKillTests(SmallWorld world) : IDisposable
{
    private const int Kills = 6;

    // Four passes over six clips in batches of two: a line each, and one of settings.
    private const int Lines = 4 * (6 + 1);

    private static readonly string[] Modalities = ["", "_without_face", "_without_voice", "_without_words"];

    private readonly EvaluationFolder _folder = new(world);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_at_random_moments_and_started_again_it_writes_the_files_of_a_run_that_nobody_disturbed()
    {
        var save = $"run.save_path={_folder["killed"]}";
        Assert.Equal(0, (await _folder.EvaluateAsync("--withhold-each", "--options", save)).Code);
        Directory.Move(_folder["killed"], _folder["whole"]);
        var random = new Random(20240607);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start();
            var until = Math.Min(Logged() + random.Next(1, 6), Lines - 1);
            process.WaitUntil(() => Logged() >= until);
            Thread.Sleep(random.Next(20));
            process.Kill();
            Assert.False(File.Exists(_folder.Result("report.html", "killed")), "every kill came before the end");
        }

        using var last = Start();
        var (exitCode, error) = last.Wait();

        Assert.True(exitCode == 0, error);
        var results = _folder.Results("killed");
        Assert.Equal(
            _folder.Results("whole").OrderBy(file => file.Key, StringComparer.Ordinal),
            results.OrderBy(file => file.Key, StringComparer.Ordinal));
        Assert.Equal(Lines, Logged());
    }

    private VerbProcess Start() => new(
        "evaluate", "--withhold-each", "--cfg-path", _folder.Recipe, "--options", $"run.save_path={_folder["killed"]}");

    private int Logged() => Modalities.Sum(modality =>
    {
        try
        {
            return File.ReadLines(_folder.Result($"answers{modality}.log.jsonl", "killed")).Count();
        }
        catch (IOException)
        {
            return 0;
        }
    });
}
