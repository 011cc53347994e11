using EmotionLlama.Configuration;
using static TorchSharp.torch;

namespace EmotionLlama.Datasets;

/// <summary>
/// Clips in the MERR formats. Texts are read once, when the data set is opened; frames and features whenever a clip is
/// read, so that memory does not grow with them. Instances may be read from several threads.
/// </summary>
public sealed class MerrDataset : IClipDataset
{
    private readonly IReadOnlyList<ClipAnnotation> _clips;
    private readonly Augmentation? _augmentation;

    private MerrDataset(
        string name, DatasetRecipe recipe, int imageSize, LabelScheme? labels, IClipExtractor? extractor)
    {
        Name = name;
        Recipe = recipe;
        Paths = MerrPaths.Resolve(name, recipe);
        Tasks = TaskPool.Create(name, recipe);
        _clips = labels is { } scheme
            ? AnnotationFile.Read(Paths.Annotations, scheme)
            : AnnotationFile.Read(Paths.Annotations);
        Texts = new ClipTexts(name, recipe, Paths, Tasks, _clips.Select(clip => clip.Name).ToHashSet());
        Media = new ClipMedia(name, Paths, ModalityNames.Parse(recipe.Withhold), imageSize, extractor);
        _augmentation = recipe.EnableAugmentation ? new Augmentation(recipe.AugmentationProb) : null;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _clips.Count;

    /// <summary>The recipe the data set was opened with.</summary>
    public DatasetRecipe Recipe { get; }

    /// <summary>Where its files are.</summary>
    public MerrPaths Paths { get; }

    /// <summary>Its tasks.</summary>
    public TaskPool Tasks { get; }

    /// <inheritdoc/>
    public ClipAnnotation this[int index] => _clips[index];

    internal ClipTexts Texts { get; }

    internal ClipMedia Media { get; }

    /// <summary>What a clip has that is not withheld: files of picture and features, and a sentence that is not empty.
    /// </summary>
    internal Modalities Present(string clip)
    {
        var present = Media.Present(clip);
        return string.IsNullOrWhiteSpace(Texts.Transcripts?[clip]) ? present : present | Modalities.Words;
    }

    /// <summary>Opens a data set: reads its annotations, transcripts and captions, and looks for its folders.</summary>
    /// <param name="name">Its name in the recipe.</param>
    /// <param name="recipe">Which files, tasks and modalities.</param>
    /// <param name="imageSize">Height and width of the pictures, in pixels.</param>
    /// <param name="extractor">Makes what clips have no files of, where the clips themselves lie in the folder of frames;
    /// null needs all files.</param>
    /// <exception cref="InputException">A file or folder is missing or faulty, or a task or modality is unknown.
    /// </exception>
    public static MerrDataset Open(
        string name, DatasetRecipe recipe, int imageSize, IClipExtractor? extractor = null) =>
        new(name, recipe, imageSize, labels: null, extractor);

    /// <summary>Opens test data: the clips of an evaluation entry with everything else as in training, but without
    /// answers and augmentation.</summary>
    /// <param name="name">Its name in the recipe.</param>
    /// <param name="evaluation">Which clips.</param>
    /// <param name="training">How the data set of the same name is read in training.</param>
    /// <param name="imageSize">Height and width of the pictures, in pixels.</param>
    /// <param name="extractor">As for <see cref="Open"/>.</param>
    /// <exception cref="InputException">As for <see cref="Open"/>.</exception>
    public static MerrDataset OpenEvaluation(
        string name,
        EvaluationDatasetRecipe evaluation,
        DatasetRecipe training,
        int imageSize,
        IClipExtractor? extractor = null) =>
        new(
            name,
            training with
            {
                BatchSize = evaluation.BatchSize,
                BuildInfo = training.BuildInfo with
                {
                    ImagePath = evaluation.ImgPath,
                    AnnPath = evaluation.EvalFilePath,
                },
                AnnotationFile = null,
                Caption = CaptionUse.Empty,
                EnableAugmentation = false,
            },
            imageSize,
            evaluation.Labels,
            extractor);

    /// <inheritdoc/>
    public ClipSample Read(int index, ulong drawSeed, SampleUse use)
    {
        var (task, instruction) = Draw(drawSeed);
        return Read(index, task, instruction, drawSeed, use);
    }

    /// <inheritdoc/>
    public string Instruction(int index, ulong drawSeed)
    {
        var (task, instruction) = Draw(drawSeed);
        return InstructionFormat.Compose(Texts.Sentence(_clips[index].Name), task.Name, instruction);
    }

    /// <summary>Reads a clip with a given task and instruction.</summary>
    /// <param name="index">The clip's place, below <see cref="Count"/>.</param>
    /// <param name="task">The task; of <see cref="Tasks"/> where an answer is wanted.</param>
    /// <param name="instruction">How it is asked.</param>
    /// <param name="drawSeed">Fixes the augmentation.</param>
    /// <param name="use">Whether the sample has its answer and is augmented.</param>
    /// <returns>The sample; the caller disposes of it.</returns>
    /// <exception cref="InputException">A file of the clip is missing or cannot be read, or the clip has no answer.
    /// </exception>
    public ClipSample Read(int index, TaskDefinition task, string instruction, ulong drawSeed, SampleUse use)
    {
        var clip = _clips[index];
        var answered = use != SampleUse.Testing && Recipe.Caption == CaptionUse.Use;
        var answer = answered ? Texts.Answer(clip, task) : "";
        var prompt = InstructionFormat.Compose(Texts.Sentence(clip.Name), task.Name, instruction);
        var made = Media.Make(clip.Name);
        var features = Media.ReadFeatures(clip.Name, made);
        var change = use == SampleUse.Training && _augmentation is not null
            ? _augmentation.Apply(!Media.IsWithheld(Modalities.Image), features, drawSeed)
            : default;
        var encoded = Media.ReadEncoded(clip.Name, change.Kind);
        var image = encoded ?? Media.ReadImage(clip.Name, made);
        if (encoded is null && change.Kind != ImageChangeKind.None)
            image = _augmentation!.Apply(image, change);

        return new ClipSample
        {
            Name = clip.Name,
            Emotion = clip.Emotion,
            Task = task.Name,
            Image = image,
            IsEncoded = encoded is not null,
            Features = tensor(features, [ClipFeature.All.Count, ClipMedia.FeatureSize]),
            Instruction = prompt,
            Answer = answer,
        };
    }

    private (TaskDefinition Task, string Instruction) Draw(ulong drawSeed)
    {
        var random = new SplitMix64(drawSeed);
        var task = Tasks.Draw(ref random);
        return (task, task.Instructions[random.NextInt(task.Instructions.Count)]);
    }
}
