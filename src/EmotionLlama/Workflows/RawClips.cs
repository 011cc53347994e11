using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Extraction;

namespace EmotionLlama.Workflows;

/// <summary>Makes frames and features of clips that a recipe's data has no files of. The encoders are loaded when the
/// first such clip is read, and nothing is kept on disk.</summary>
internal sealed class RawClips : IClipExtractor, IDisposable
{
    private readonly Recipe _recipe;
    private readonly Lazy<ClipExtractor> _extractor;

    private RawClips(Recipe recipe)
    {
        _recipe = recipe;
        _extractor = new Lazy<ClipExtractor>(() =>
            ClipExtractor.Open(recipe.Features, ComputeDevice.Choose(recipe.Run.Device)));
    }

    /// <inheritdoc/>
    public Modalities Parts => ClipExtractor.PartsOf(_recipe.Features);

    /// <inheritdoc/>
    public string DescribeFrame(string path) => ClipExtractor.DescribeFrame(_recipe.Features, path);

    /// <summary>The raw clips of a recipe; null where its <c>features</c> section says nothing, so that a clip without
    /// files is an error.</summary>
    public static RawClips? Of(Recipe recipe) =>
        recipe.Features == new FeaturesRecipe() ? null : new RawClips(recipe);

    /// <summary>What the frames and features depend on, by its name in the recipe; empty where the <c>features</c>
    /// section says nothing.</summary>
    public static IReadOnlyDictionary<string, string> Describe(FeaturesRecipe features)
    {
        var described = new Dictionary<string, string>();
        if (features == new FeaturesRecipe())
            return described;

        described["features.frame"] = features.Frame;
        foreach (var (key, folder) in ((string, string?)[])
            [("hubert", features.Hubert), ("face_mae", features.FaceMae), ("video_mae", features.VideoMae)])
        {
            described["features." + key] = folder is null ? "none" : Runtime.FileFingerprint.OfModel(folder);
        }

        described["features.openface_path"] = features.OpenfacePath is null ? "none" : "given";
        described["features.allow_silent"] = features.AllowSilent ? "true" : "false";
        return described;
    }

    /// <summary>Finds what is wrong with encoders and <c>ffmpeg</c>, where a clip needs them.</summary>
    /// <exception cref="InputException">One does not suit.</exception>
    public void Check(IEnumerable<DataReport> reports)
    {
        if (reports.Any(report => report.MadeWhenRead.Count > 0))
            ClipExtractor.Check(_recipe.Features);
    }

    /// <inheritdoc/>
    public ExtractedClip Extract(string path, Modalities parts, CancellationToken cancellation = default) =>
        _extractor.Value.Extract(path, parts, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_extractor.IsValueCreated)
            _extractor.Value.Dispose();
    }
}
