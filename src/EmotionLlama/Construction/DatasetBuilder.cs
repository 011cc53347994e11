using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Media.Clips;

namespace EmotionLlama.Construction;

/// <summary>
/// Makes MERR annotations of clips as the Emotion-LLaMA paper's data engine does: the face's action units give a
/// pseudo-label and the peak frame, models describe that frame and the voice, a language model merges all clues, and
/// what refuses, contradicts or repeats is left out.
/// </summary>
/// <remarks>Every answer of a model is kept before it is used, so a stopped run goes on where it was and asks nothing
/// twice. The result follows from the clips and the answers alone.</remarks>
public sealed class DatasetBuilder : IDisposable
{
    private readonly ConstructionRecipe _recipe;
    private readonly ConstructionModels _models;
    private readonly ClipBuilder _builder;

    /// <summary>Prepares to build. Nothing is asked yet.</summary>
    /// <param name="recipe">How, and whom to ask.</param>
    /// <param name="cacheFolder">Where answers are kept if the recipe does not say.</param>
    /// <exception cref="InputException">There is no text model, a key is missing, the folder cannot be written to, or a
    /// model is to be shown clips and <c>ffmpeg</c> is missing.</exception>
    public DatasetBuilder(ConstructionRecipe recipe, string cacheFolder)
        : this(recipe, cacheFolder, new RetryTiming())
    {
    }

    internal DatasetBuilder(ConstructionRecipe recipe, string cacheFolder, RetryTiming timing)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(cacheFolder);
        _recipe = recipe;
        _models = ConstructionModels.Open(recipe, recipe.Cache ?? cacheFolder, timing);
        try
        {
            var media = _models.Vision is null && _models.Audio is null
                ? null
                : new ClipAttachments(FfmpegProgram.Find(), recipe);
            _builder = new ClipBuilder(recipe, _models, media);
        }
        catch
        {
            _models.Dispose();
            throw;
        }
    }

    /// <summary>What this run has taken so far, by stage; what earlier runs asked is not in it.</summary>
    public IReadOnlyDictionary<Stage, EndpointUsage> Usage =>
        _models.All.ToDictionary(model => model.Stage, model => model.Usage);

    /// <summary>Annotates clips.</summary>
    /// <param name="sources">The clips.</param>
    /// <param name="progress">Hears of every clip that is done.</param>
    /// <param name="cancellationToken">Stops; what was answered by then is kept.</param>
    /// <returns>The clips to learn from, and what became of the others.</returns>
    /// <exception cref="InputException">No call can succeed, so it stopped; or answers cannot be kept.</exception>
    public async Task<BuiltDataset> BuildAsync(
        IReadOnlyList<ClipSource> sources,
        IProgress<ConstructionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var outcomes = new ClipOutcome[sources.Count];
        var (done, failed, dropped) = (0, 0, 0);
        var telling = new Lock();
        var options = new ParallelOptions
        {
            // A clip asks one model at a time.
            MaxDegreeOfParallelism = _models.All.Max(model => model.Recipe.Parallel),
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, sources.Count, options, async (place, token) =>
        {
            var outcome = await _builder.BuildAsync(sources[place], token).ConfigureAwait(false);
            outcomes[place] = outcome;
            lock (telling)
            {
                failed += outcome.Failure is null ? 0 : 1;
                dropped += outcome.Drop is null ? 0 : 1;
                progress?.Report(new ConstructionProgress(outcome.Name, ++done, sources.Count, failed, dropped));
            }
        }).ConfigureAwait(false);
        DropDuplicates(outcomes);
        return new BuiltDataset(
            [.. outcomes.Select(outcome => outcome.Clip).OfType<BuiltClip>()],
            ConstructionReport.Of(_recipe, outcomes));
    }

    /// <inheritdoc/>
    public void Dispose() => _models.Dispose();

    private void DropDuplicates(ClipOutcome[] outcomes)
    {
        int[] built = [.. Enumerable.Range(0, outcomes.Length).Where(place => outcomes[place].Clip is not null)];
        var duplicates = NearDuplicates.Find(
            [.. built.Select(place => outcomes[place].Clip!.Reasoning)], _recipe.DuplicateSimilarity);
        for (var i = 0; i < built.Length; i++)
        {
            if (duplicates[i] is not var (original, similarity))
                continue;

            var outcome = outcomes[built[i]];
            var detail = similarity >= 1
                ? $"has the reasoning of {outcomes[built[original]].Name}"
                : FormattableString.Invariant(
                    $"has {similarity:P0} of its word triples in common with {outcomes[built[original]].Name}");
            outcomes[built[i]] = outcome with { Clip = null, Drop = new ClipDrop(DropReason.Duplicate, detail) };
        }
    }
}
