using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Curriculum;
using EmotionLlama.Distributed;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using EmotionLlama.Training;

namespace EmotionLlama.Workflows;

/// <summary>The data sets of a recipe as micro-batches: drawn by the seed, read ahead in the background, tokenized and
/// packed.</summary>
public sealed class RecipeTrainingData : ITrainingData
{
    private readonly Func<long, BatchLoader<PackedBatch>> _from;
    private BatchLoader<PackedBatch>? _loader;

    /// <summary>Joins data sets and prompts.</summary>
    /// <param name="datasets">The data sets, in the order of the recipe.</param>
    /// <param name="run">Seed, workers, and what a bad sample does.</param>
    /// <param name="prompts">Tokenizes prompts and answers.</param>
    /// <param name="difficulties">The difficulties of each data set's clips, null for data sets without a curriculum;
    /// null where there is none at all.</param>
    /// <param name="ranks">The processes that share the order; null where there is one.</param>
    /// <param name="pinned">Whether batches lie in page-locked memory, for a model on a GPU.</param>
    public RecipeTrainingData(
        IReadOnlyList<MerrDataset> datasets,
        RunRecipe run,
        PromptBuilder prompts,
        IReadOnlyList<IReadOnlyList<double>?>? difficulties = null,
        IProcessGroup? ranks = null,
        bool pinned = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        var order = Order(datasets, run, difficulties, ranks);
        BatchesPerPass = order.BatchesPerPass;
        _from = drawn => new BatchLoader<PackedBatch>(
            datasets,
            order.From(drawn),
            clips => PackedBatch.Pack(
                [.. clips.Select(clip => (clip, prompts.ForTraining(clip.Instruction, clip.Answer)))], pinned),
            new BatchLoaderOptions { NumWorkers = run.NumWorkers, OnBadSample = run.OnBadSample });
    }

    /// <inheritdoc/>
    public int BatchesPerPass { get; }

    /// <summary>The samples that were skipped so far.</summary>
    public SkippedSamples Skipped => _loader?.Skipped ?? new SkippedSamples();

    /// <summary>The order in which the samples of a recipe are drawn.</summary>
    /// <param name="datasets">The data sets, in the order of the run.</param>
    /// <param name="run">Seed and epochs.</param>
    /// <param name="difficulties">The difficulties of each data set's clips, null for data sets without a curriculum;
    /// null where there is none at all, or only the number of micro-batches counts, which no curriculum
    /// changes.</param>
    /// <param name="ranks">The processes that share the order; null where there is one.</param>
    public static SampleOrder Order(
        IReadOnlyList<MerrDataset> datasets,
        RunRecipe run,
        IReadOnlyList<IReadOnlyList<double>?>? difficulties = null,
        IProcessGroup? ranks = null)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        ArgumentNullException.ThrowIfNull(run);
        OrderedDataset[] ordered =
        [
            .. datasets.Select(data => new OrderedDataset(data.Count, data.Recipe.BatchSize, data.Recipe.SampleRatio)),
        ];
        var (rank, size) = (ranks?.Rank ?? 0, ranks?.Size ?? 1);
        var plain = new SampleOrder((ulong)run.Seed, ordered, rank, size);
        return difficulties is null
            ? plain
            : new SampleOrder(
                (ulong)run.Seed,
                [.. ordered.Select((data, i) => data with { Curriculum = CurriculumOf(plain, i) })],
                rank,
                size);

        ClipCurriculum? CurriculumOf(SampleOrder order, int dataset)
        {
            if (difficulties[dataset] is not { } values)
                return null;

            var curriculum = datasets[dataset].Recipe.Curriculum;
            var iterations = run.ItersPerEpoch ?? order.BatchesPerPass;
            var end = (long)Math.Ceiling((curriculum.Epochs ?? run.MaxEpoch / 2.0) * iterations);
            return new ClipCurriculum(
                values,
                SplitMix64.Mix((ulong)run.Seed, (ulong)dataset),
                new Competence(curriculum.Pacing, curriculum.Start, curriculum.Steps),
                order.SamplesBefore(dataset, end));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<PackedBatch> Read(long first, CancellationToken cancellationToken)
    {
        _loader = _from(first);
        return _loader.Read(start: 0, cancellationToken);
    }
}
