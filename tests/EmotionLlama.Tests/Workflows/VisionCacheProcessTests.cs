using EmotionLlama.Configuration;
using EmotionLlama.Datasets.Vision;
using EmotionLlama.Tests.Datasets;
using EmotionLlama.Tests.Training;

namespace EmotionLlama.Tests.Workflows;

/// <summary>Processes that are killed while they fill a vision cache, or fill one together, leave the cache of one that
/// nobody disturbed.</summary>
public sealed class VisionCacheProcessTests : IDisposable
{
    private const int Clips = 300;

    private readonly TinyProject _project = new();
    private readonly MerrFolder _clips = new([.. Enumerable.Repeat("happy", Clips)]);

    public VisionCacheProcessTests()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("no POSIX signals here");

        // What follows a picture's end is not shown, but makes it another file.
        for (var i = 0; i < Clips; i++)
            File.AppendAllText(_clips.PathOf("frames", $"clip_{i}.png"), $"{i}");
    }

    public void Dispose()
    {
        _project.Dispose();
        _clips.Dispose();
    }

    [Fact]
    public void Killed_while_filling_again_and_again_it_goes_on_where_it_was_and_ends_with_the_same_bytes()
    {
        using (var undisturbed = new TrainProcess(WriteRecipe("undisturbed", "undisturbed cache")))
            AssertEnds(undisturbed);

        var recipe = WriteRecipe("killed", "killed cache");
        var kept = 0;
        foreach (var share in (double[])[0, 0.2, 0.5])
        {
            using var process = new TrainProcess(recipe);
            process.WaitUntil(() => Records("killed cache") > Math.Max(kept, share * Clips));
            process.Kill();
            Assert.True(Records("killed cache") > kept);
            kept = Records("killed cache");
        }

        using var last = new TrainProcess(recipe);
        AssertEnds(last);
        foreach (var name in (string[])[VisionCache.DataName, VisionCache.IndexName])
            Assert.Equal(Content("undisturbed cache", name), Content("killed cache", name));
    }

    [Fact]
    public void Two_processes_that_fill_one_cache_at_once_encode_each_picture_once()
    {
        using (var first = new TrainProcess(WriteRecipe("first", "shared cache")))
        using (var second = new TrainProcess(WriteRecipe("second", "shared cache")))
        {
            AssertEnds(first);
            AssertEnds(second);
        }

        Assert.Equal(Clips, Records("shared cache"));
        using var alone = new TrainProcess(WriteRecipe("alone", "own cache"));
        AssertEnds(alone);
        Assert.Equal(Content("own cache", VisionCache.DataName), Content("shared cache", VisionCache.DataName));
        string[] losses = [.. new[] { "first", "second", "alone" }.Select(
            run => string.Join(' ', VisionLosses(Path.Combine(_project.OutputOf(run), "metrics.jsonl"))))];
        Assert.Single(losses.Distinct());
    }

    private static IEnumerable<double> VisionLosses(string log) =>
        EmotionLlama.Monitoring.MetricLog.Read(log).Select(step => step.Loss);

    private static void AssertEnds(TrainProcess process)
    {
        var (exitCode, error) = process.Wait();
        Assert.True(exitCode == 0, error);
    }

    private string WriteRecipe(string name, string cache)
    {
        var recipe = _project.CreateRecipe(name);
        var path = _project.OutputOf($"{name}.yaml");
        RecipeWriter.Write(
            recipe with
            {
                Datasets = new Dictionary<string, DatasetRecipe> { ["clips"] = _clips.Recipe with { BatchSize = 2 } },
                Run = recipe.Run with
                {
                    MaxEpoch = 1,
                    Stages = [],
                    SaveBest = false,
                    ItersPerEpoch = 3,
                    VisionCache = _project.OutputOf(cache),
                },
            },
            path);
        return path;
    }

    private int Records(string cache)
    {
        var folder = _project.OutputOf(cache);
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, VisionCache.IndexName, SearchOption.AllDirectories)
                .Sum(file => (int)(new FileInfo(file).Length / 32))
            : 0;
    }

    private byte[] Content(string cache, string name) => File.ReadAllBytes(
        Directory.GetFiles(_project.OutputOf(cache), name, SearchOption.AllDirectories).Single());
}
