using EmotionLlama.Configuration;
using EmotionLlama.Datasets;

namespace EmotionLlama.Workflows;

/// <summary>An entry of a recipe's <c>evaluation_datasets</c>, together with how its clips are read.</summary>
internal sealed class EvaluationSet
{
    private readonly DatasetRecipe _reading;
    private readonly int _imageSize;
    private readonly IClipExtractor? _extractor;

    /// <summary>Finds out how the clips are read: as the entry of <c>datasets</c> with the same name says, or else the
    /// first, or else as by default.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="recipe">The whole recipe.</param>
    /// <param name="extractor">Makes what clips have no files of; null needs all files.</param>
    public EvaluationSet(string name, Recipe recipe, IClipExtractor? extractor = null)
    {
        _extractor = extractor;
        Name = name;
        Entry = recipe.EvaluationDatasets[name];
        _imageSize = recipe.Model.ImageSize;
        var isOwn = recipe.Datasets.TryGetValue(name, out var own);
        var reading = own ?? recipe.Datasets.Values.FirstOrDefault() ?? new DatasetRecipe();
        _reading = reading with { BuildInfo = FindFiles(reading.BuildInfo, isOwn) };
    }

    /// <summary>Its name in the recipe.</summary>
    public string Name { get; }

    /// <summary>Which clips, and how answers are generated.</summary>
    public EvaluationDatasetRecipe Entry { get; }

    /// <summary>The modalities that the recipe withholds already.</summary>
    public Modalities Withheld => ModalityNames.Parse(_reading.Withhold);

    /// <summary>Opens the clips.</summary>
    /// <param name="withhold">Modalities to withhold besides those of the recipe.</param>
    /// <exception cref="InputException">A file or folder is missing or faulty.</exception>
    public MerrDataset Open(params string[] withhold) => MerrDataset.OpenEvaluation(
        Name, Entry, _reading with { Withhold = [.. _reading.Withhold.Union(withhold)] }, _imageSize, _extractor);

    /// <summary>Transcripts and features lie where the set's own entry says, or beside the test file. Where they do
    /// neither, those of the data that the model was trained on may hold the clips too.</summary>
    private BuildInfoRecipe FindFiles(BuildInfoRecipe info, bool isOwn)
    {
        var beside = Path.GetDirectoryName(Entry.EvalFilePath) ?? "";
        var training = Path.GetDirectoryName(info.AnnPath ?? "") ?? "";
        return info with
        {
            TranscriptionPath = isOwn && info.TranscriptionPath is not null
                ? info.TranscriptionPath
                : FirstOf(
                    File.Exists,
                    Path.Combine(beside, MerrPaths.TranscriptName),
                    info.TranscriptionPath,
                    Path.Combine(training, MerrPaths.TranscriptName)),
            FeaturePath = isOwn && info.FeaturePath is not null
                ? info.FeaturePath
                : FirstOf(HoldsFeatures, beside, info.FeaturePath, training),
        };
    }

    /// <summary>The first path that will do; where none does, the first, so that it is the one a message names.</summary>
    private static string? FirstOf(Predicate<string> willDo, params string?[] paths) =>
        Array.Find(paths, path => path is not null && willDo(path)) ?? paths[0];

    private static bool HoldsFeatures(string folder) =>
        ClipFeature.All.Any(feature => Directory.Exists(Path.Combine(folder, feature.Folder)));
}
