using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>The data sets of a recipe as micro-batches: drawn by the seed, read ahead in the background, tokenized and
/// packed.</summary>
public sealed class RecipeTrainingData : ITrainingData
{
    private readonly BatchLoader<PackedBatch> _loader;

    /// <summary>Joins data sets and prompts.</summary>
    /// <param name="datasets">The data sets, in the order of the recipe.</param>
    /// <param name="run">Seed, workers, and what a bad sample does.</param>
    /// <param name="prompts">Tokenizes prompts and answers.</param>
    public RecipeTrainingData(IReadOnlyList<MerrDataset> datasets, RunRecipe run, PromptBuilder prompts)
    {
        ArgumentNullException.ThrowIfNull(run);
        var order = Order(datasets, run);
        BatchesPerPass = order.BatchesPerPass;
        _loader = new BatchLoader<PackedBatch>(
            datasets,
            order,
            clips => PackedBatch.Pack(
                [.. clips.Select(clip => (clip, prompts.ForTraining(clip.Instruction, clip.Answer)))]),
            new BatchLoaderOptions { NumWorkers = run.NumWorkers, OnBadSample = run.OnBadSample });
    }

    /// <inheritdoc/>
    public int BatchesPerPass { get; }

    /// <summary>The samples that were skipped so far.</summary>
    public SkippedSamples Skipped => _loader.Skipped;

    /// <summary>The order in which the samples of a recipe are drawn.</summary>
    public static SampleOrder Order(IReadOnlyList<MerrDataset> datasets, RunRecipe run)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        ArgumentNullException.ThrowIfNull(run);
        return new SampleOrder(
            (ulong)run.Seed,
            [.. datasets.Select(data => new OrderedDataset(data.Count, data.Recipe.BatchSize, data.Recipe.SampleRatio))]);
    }

    /// <inheritdoc/>
    public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken) =>
        _loader.Read(first, cancellationToken);
}
