using EmotionLlama.Configuration;
using EmotionLlama.Monitoring;
using EmotionLlama.Workflows;

namespace EmotionLlama.Tests.Workflows;

/// <summary>A training run of two epochs over all clips, with or without a vision cache, and what it did.</summary>
internal sealed class VisionRun : ITrainingObserver
{
    private VisionRun()
    {
    }

    /// <summary>The loss of each step.</summary>
    public List<double> Losses { get; } = [];

    /// <summary>What a person was told.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>How the cache was filled.</summary>
    public List<VisionCacheProgress> Filling { get; } = [];

    /// <summary>Pictures that the vision tower encoded.</summary>
    public long Encoded { get; private set; }

    /// <summary>Samples that were left out.</summary>
    public long Skipped { get; private set; }

    /// <summary>Trains.</summary>
    /// <param name="folder">Clips and recipe.</param>
    /// <param name="output">The name of the output folder.</param>
    /// <param name="cache">The folder of the cache; null for none.</param>
    /// <param name="change">Changes the recipe further.</param>
    public static VisionRun Train(
        TrainingFolder folder, string output, string? cache = null, Func<Recipe, Recipe>? change = null)
    {
        using var session = Open(folder, output, cache, change);
        var run = new VisionRun();
        var outcome = TrainingWorkflow.Run(
            session, resume: null, run, cancellationToken: TestContext.Current.CancellationToken);
        run.Encoded = session.BuildModel().Vision.PicturesEncoded;
        run.Skipped = outcome.SkippedSamples;
        return run;
    }

    /// <summary>Opens the recipe of a run.</summary>
    public static TrainingSession Open(
        TrainingFolder folder, string output, string? cache = null, Func<Recipe, Recipe>? change = null)
    {
        var recipe = RecipeReader.Read(folder.Recipe).Recipe;
        recipe = recipe with
        {
            Run = recipe.Run with
            {
                OutputDir = folder[output],
                VisionCache = cache is null ? null : folder[cache],
                ItersPerEpoch = SmallWorld.Clips / 2,
            },
        };
        return TrainingSession.Open(change?.Invoke(recipe) ?? recipe);
    }

    /// <summary>Changes the data set of a recipe.</summary>
    public static Func<Recipe, Recipe> Data(Func<DatasetRecipe, DatasetRecipe> change) => recipe => recipe with
    {
        Datasets = recipe.Datasets.ToDictionary(entry => entry.Key, entry => change(entry.Value)),
    };

    public void OnStep(StepMetrics metrics) => Losses.Add(metrics.Loss);

    public void OnMessage(string message) => Messages.Add(message);

    public void OnVisionCache(VisionCacheProgress progress) => Filling.Add(progress);
}
