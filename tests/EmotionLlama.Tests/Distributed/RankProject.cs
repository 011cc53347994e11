using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Tests.Training;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Distributed;

/// <summary>A tiny model and clips on disk, with recipes that ranks can divide.</summary>
internal sealed class RankProject : IDisposable
{
    private readonly TinyProject _project = new();

    /// <summary>Writes a recipe without dropout and evaluation: one epoch is one pass.</summary>
    /// <param name="name">Its name, and that of its output folder.</param>
    /// <param name="batchSize">Clips of a micro-batch.</param>
    /// <param name="clips">Clips that are trained on, at most 5.</param>
    /// <param name="epochs">Epochs.</param>
    /// <param name="change">Changes it further.</param>
    public string Write(string name, int batchSize, int clips, int epochs, Func<Recipe, Recipe>? change = null)
    {
        var recipe = _project.CreateRecipe(name);
        var annotations = _project.Clips.PathOf($"first_{clips}.txt");
        File.WriteAllLines(annotations, File.ReadLines(_project.Clips.PathOf("annotations.txt")).Take(clips));
        var data = recipe.Datasets["clips"];
        recipe = recipe with
        {
            Model = recipe.Model with { LoraDropout = 0 },
            Datasets = new Dictionary<string, DatasetRecipe>
            {
                ["clips"] = data with
                {
                    BatchSize = batchSize,
                    ValidationFile = null,
                    BuildInfo = data.BuildInfo with { AnnPath = annotations },
                },
            },
            Run = recipe.Run with
            {
                LrSched = LearningRateSchedule.Constant,
                Stages = [],
                MaxEpoch = epochs,
                ItersPerEpoch = null,
                SaveEverySteps = 0,
                SaveBest = false,
            },
        };
        var path = _project.Clips.PathOf($"{name}.yaml");
        RecipeWriter.Write(change?.Invoke(recipe) ?? recipe, path);
        return path;
    }

    public string OutputOf(string name) => _project.OutputOf(name);

    public string PathOf(string name) => _project.Clips.PathOf(name);

    /// <summary>Steps in the log of a run.</summary>
    public IReadOnlyList<StepMetrics> StepsOf(string name)
    {
        var path = Path.Combine(OutputOf(name), MetricLog.FileName);
        return File.Exists(path) ? MetricLog.Read(path) : [];
    }

    /// <summary>All trained weights of a run's last checkpoint, one behind the other.</summary>
    public float[] WeightsOf(string name, int epoch)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = TorchCheckpoint.Open(Path.Combine(OutputOf(name), $"checkpoint_{epoch}.pth"));
        return [.. checkpoint.Names.SelectMany(weight => checkpoint.Read(weight).flatten().data<float>())];
    }

    /// <summary>The norm of a difference, relative to that of the expected numbers.</summary>
    public static double Difference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow((double)a - b, 2)).Sum() / expected.Sum(a => (double)a * a));
    }

    public void Dispose() => _project.Dispose();
}
