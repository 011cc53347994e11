using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Datasets.Vision;
using EmotionLlama.Models;
using EmotionLlama.Monitoring;
using EmotionLlama.Runtime;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Gives data sets the vision cache that a recipe names, until it is disposed of.</summary>
internal sealed class VisionCaching : IDisposable
{
    private readonly VisionCache _cache;
    private readonly IReadOnlyList<MerrDataset> _datasets;
    private readonly VisionFilling _filling;

    private VisionCaching(Recipe recipe, string folder, IReadOnlyList<MerrDataset> datasets)
    {
        _cache = VisionCache.Open(folder, KindOf(recipe));
        _datasets = datasets;
        _filling = new VisionFilling(_cache, datasets, recipe.Run);
        foreach (var dataset in datasets)
            dataset.Media.VisionCache = _cache;
    }

    /// <summary>Uses the cache as it is: where a picture is missing, the tower runs.</summary>
    /// <returns>Null where the recipe names none.</returns>
    /// <exception cref="InputException">The cache or the tower's weights cannot be read.</exception>
    public static VisionCaching? Attach(Recipe recipe, IEnumerable<MerrDataset> datasets) =>
        string.IsNullOrEmpty(recipe.Run.VisionCache)
            ? null
            : new VisionCaching(recipe, recipe.Run.VisionCache, [.. datasets]);

    /// <summary>Uses a cache that <see cref="Fill"/> will fill; finds out before the model is read whether it can be.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="datasets">All clips that will be read.</param>
    /// <param name="cancellationToken">Stops looking for pictures.</param>
    /// <returns>Null where the recipe names none.</returns>
    /// <exception cref="InputException">The cache or the tower's weights cannot be read, or pictures are missing and the
    /// folder cannot be written to or has no room.</exception>
    public static VisionCaching? Prepare(
        Recipe recipe, IEnumerable<MerrDataset> datasets, CancellationToken cancellationToken)
    {
        var caching = Attach(recipe, datasets);
        try
        {
            caching?._filling.Check(cancellationToken);
            return caching;
        }
        catch
        {
            caching?.Dispose();
            throw;
        }
    }

    /// <summary>Finds out how large a cache will be; writes nothing.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="datasets">All clips that will be read.</param>
    /// <param name="cancellationToken">Stops looking for pictures.</param>
    /// <returns>Null where the recipe names none.</returns>
    /// <exception cref="InputException">The cache or the tower's weights cannot be read.</exception>
    public static VisionCacheSize? Measure(
        Recipe recipe, IEnumerable<MerrDataset> datasets, CancellationToken cancellationToken)
    {
        using var caching = Attach(recipe, datasets);
        if (caching is null)
            return null;

        var (pictures, missing) = caching._filling.Count(cancellationToken);
        return new VisionCacheSize(caching._cache.Folder, pictures, missing, caching._cache.Kind.Bytes);
    }

    /// <summary>Fills the cache, so that the tower runs for no picture again that augmentation leaves alone.</summary>
    /// <param name="model">Whose tower runs.</param>
    /// <param name="message">Hears what a person should know.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellationToken">Stops between two batches of pictures; those made are kept.</param>
    /// <exception cref="InputException">The cache cannot be written, or a picture cannot be read and the recipe does not
    /// skip it.</exception>
    public void Fill(
        EmotionLlamaModel model,
        Action<string> message,
        Action<VisionCacheProgress> progress,
        CancellationToken cancellationToken)
    {
        _filling.Run(model, progress, Wait, cancellationToken);
        message($"vision cache: {_cache.Count} pictures in {_cache.Folder}");

        void Wait() => message($"another process is filling {_cache.Folder}; waiting for it to end");
    }

    /// <summary>Names the entries that were found damaged since the last call, and makes them again, unless another
    /// process is writing.</summary>
    /// <exception cref="InputException">The cache cannot be written.</exception>
    public void Repair(
        EmotionLlamaModel model,
        Action<string> message,
        Action<VisionCacheProgress> progress,
        CancellationToken cancellationToken)
    {
        var damaged = _cache.TakeDamaged();
        foreach (var line in damaged)
            message(line);

        if (damaged.Count > 0)
            _filling.Run(model, progress, onWaiting: null, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var dataset in _datasets)
            dataset.Media.VisionCache = null;

        _cache.Dispose();
    }

    /// <summary>Reads the header of the tower's weights, not the weights.</summary>
    private static VisionOutputKind KindOf(Recipe recipe)
    {
        var model = recipe.Model;
        using var weights = WeightSources.Open(model.VitModelFile);
        var sizes = VisionSizes.Of(new WeightReader(weights, CPU, ScalarType.Float32), model.ImageSize);
        return new VisionOutputKind(
            FileFingerprint.Of(model.VitModelFile),
            model.ImageSize,
            model.VitNumHeads ?? sizes.Channels / EvaVisionTransformer.ChannelsPerHead,
            ComputeDevice.Precision(recipe.Run.Amp, ComputeDevice.Choose(recipe.Run.Device)),
            1 + sizes.Patches,
            sizes.Channels);
    }
}
