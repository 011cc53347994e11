using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Datasets;
using EmotionLlama.Extraction;
using EmotionLlama.Media;
using EmotionLlama.Media.Clips;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>Asks a recipe's model about clips that no data set knows: frame and features are made of the file, and
/// nothing else is needed.</summary>
public sealed class VideoSession : IDisposable
{
    private readonly Recipe _recipe;
    private readonly RecipeModel _model;
    private readonly Modalities _withheld;
    private readonly TaskDefinition _task;

    private VideoSession(Recipe recipe, Modalities withheld, TaskDefinition task)
    {
        (_recipe, _withheld, _task) = (recipe, withheld, task);
        _model = new RecipeModel(recipe);
    }

    /// <summary>Checks what can be checked without weights and opens the tokenizer. Instructions and withheld
    /// modalities are those of the recipe's first data set, if it has one; none of its files are read.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="withhold">Modalities to withhold besides.</param>
    /// <exception cref="InputException">The recipe's <c>features</c> name no encoder for what is not withheld, or one
    /// does not suit.</exception>
    public static VideoSession Open(Recipe recipe, IReadOnlyList<string> withhold)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(withhold);
        var plain = new DatasetRecipe { TaskPool = new Dictionary<string, double> { ["reason"] = 1 } };
        var (name, reading) = recipe.Datasets.FirstOrDefault(KeyValuePair.Create("video", plain));
        var withheld = ModalityNames.Parse(reading.Withhold.Concat(withhold));
        var parts = ClipExtractor.PartsOf(recipe.Features);
        foreach (var feature in ClipFeature.All)
        {
            if (((parts | withheld) & feature.Modality) == 0)
            {
                var key = "features." + feature.EncoderKey;
                throw new InputException($"{key}: names no encoder, which a clip without features needs; add --options "
                    + $"{key}=FOLDER, or withhold '{feature.Name}'");
            }
        }

        ClipExtractor.Check(recipe.Features);
        return new VideoSession(recipe, withheld, TaskPool.Create(name, reading).Tasks[0]);
    }

    /// <summary>Makes frame and features of a clip and asks about it. The encoders are loaded for it and freed again,
    /// so that they need no memory beside the model.</summary>
    /// <param name="path">The clip.</param>
    /// <param name="transcript">What the person says; null or empty where nothing is said or known.</param>
    /// <param name="instruction">The question; null takes the first of the task's.</param>
    /// <param name="cancellation">Stops between two frames or batches.</param>
    /// <exception cref="InputException">The clip is missing, damaged, or lacks what is not withheld.</exception>
    public ClipSample Read(
        string path, string? transcript, string? instruction, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        // A look at the file, before gigabytes of encoders are read for it.
        _ = ClipReader.Open(path, cancellation: cancellation);
        ExtractedClip clip;
        using (var extractor = ClipExtractor.Open(Needed(), ComputeDevice.Choose(_recipe.Run.Device)))
            clip = extractor.Extract(path, extractor.Parts & ~_withheld, cancellation);

        var size = _recipe.Model.ImageSize;
        var withheld = new float[ExtractedClip.FeatureSize];
        var sentence = _withheld.HasFlag(Modalities.Words) ? "" : transcript?.Trim() ?? "";
        return new ClipSample
        {
            Name = Path.GetFileNameWithoutExtension(path),
            Emotion = Emotion.Neutral,
            Task = _task.Name,
            Image = clip.Frame is { } frame ? new ImageProcessor(size).Process(frame) : zeros([3, size, size]),
            Features = tensor(
                [.. ClipFeature.All.SelectMany(feature => clip.Feature(feature.Modality) ?? withheld)],
                [ClipFeature.All.Count, ExtractedClip.FeatureSize]),
            Instruction = InstructionFormat.Compose(sentence, _task.Name, instruction ?? _task.Instructions[0]),
            Answer = "",
        };
    }

    /// <summary>Builds the model; later calls return the same.</summary>
    /// <param name="report">Hears what was taken from which file.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="InputException">A file does not suit, or there is no such device.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public EmotionLlamaModel LoadModel(Action<ModelLoadReport>? report, CancellationToken cancellation) =>
        _model.Build(report, cancellation);

    /// <summary>The prompt builder of the model.</summary>
    public PromptBuilder Prompts(EmotionLlamaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _model.Prompts(model);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>The encoders of what is not withheld.</summary>
    private FeaturesRecipe Needed() => _recipe.Features with
    {
        Hubert = _withheld.HasFlag(Modalities.Voice) ? null : _recipe.Features.Hubert,
        FaceMae = _withheld.HasFlag(Modalities.FaceMae) ? null : _recipe.Features.FaceMae,
        VideoMae = _withheld.HasFlag(Modalities.VideoMae) ? null : _recipe.Features.VideoMae,
    };
}
