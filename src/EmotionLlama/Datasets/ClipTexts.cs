using EmotionLlama.Configuration;

namespace EmotionLlama.Datasets;

/// <summary>The sentences and answers of a data set's clips.</summary>
internal sealed class ClipTexts
{
    private readonly MerrPaths _paths;
    private readonly BlipCaptionProcessor? _processor;

    /// <summary>Reads the text files that the tasks need.</summary>
    /// <exception cref="InputException">A file is missing or faulty, or the text processor is unknown.</exception>
    public ClipTexts(string dataset, DatasetRecipe recipe, MerrPaths paths, TaskPool pool, IReadOnlySet<string> names)
    {
        _paths = paths;
        _processor = CreateProcessor(dataset, recipe.TextProcessor);
        if ((ModalityNames.Parse(recipe.Withhold) & Modalities.Words) == 0)
            Transcripts = Transcripts.Read(paths.Transcripts, names);

        if (recipe.Caption == CaptionUse.Empty)
            return;

        CoarseGrained = ReadCaptions(paths.CoarseGrained, AnswerSource.CoarseGrained, pool, names);
        FineGrained = ReadCaptions(paths.FineGrained, AnswerSource.FineGrained, pool, names);
    }

    /// <summary>The transcripts; null where words are withheld.</summary>
    public Transcripts? Transcripts { get; }

    /// <summary>The coarse-grained captions; null where no task needs them.</summary>
    public CaptionFile? CoarseGrained { get; }

    /// <summary>The fine-grained annotations; null where no task needs them.</summary>
    public CaptionFile? FineGrained { get; }

    /// <summary>What the person of a clip says; empty where words are withheld.</summary>
    /// <exception cref="InputException">The transcripts have no line for the clip.</exception>
    public string Sentence(string name)
    {
        if (Transcripts is null)
            return "";

        return Transcripts[name] ?? throw new InputException(
            $"{Transcripts.Path}: has no line for '{name}'; add one (its sentence may be empty), or withhold 'words'");
    }

    /// <summary>The answer of a clip as the annotations have it; null where they have none.</summary>
    public string? Find(ClipAnnotation clip, TaskDefinition task) => task.Source switch
    {
        AnswerSource.Label => clip.Emotion.ToText(),
        AnswerSource.CoarseGrained => CoarseGrained?.Find(clip.Name, task.Field),
        _ => FineGrained?.Find(clip.Name, task.Field),
    };

    /// <summary>The answer of a clip as the model shall learn it.</summary>
    /// <exception cref="InputException">The annotations have none, or an empty one.</exception>
    public string Answer(ClipAnnotation clip, TaskDefinition task)
    {
        var answer = Find(clip, task);
        if (!string.IsNullOrWhiteSpace(answer))
            return Process(answer);

        var file = task.Source == AnswerSource.CoarseGrained ? _paths.CoarseGrained : _paths.FineGrained;
        throw new InputException(
            $"{file}: '{clip.Name}' has {(answer is null ? "no" : "an empty")} '{task.Field}', which answers the task"
            + $" '{task.Name}'; add it, or take the clip out of {_paths.Annotations}");
    }

    /// <summary>What the recipe's processor makes of an answer.</summary>
    public string Process(string answer) => _processor?.Process(answer) ?? answer;

    private static CaptionFile? ReadCaptions(
        string path, AnswerSource source, TaskPool pool, IReadOnlySet<string> names)
    {
        var fields = pool.Tasks.Where(task => task.Source == source).Select(task => task.Field).ToHashSet();
        return fields.Count > 0 ? CaptionFile.Read(path, fields, names) : null;
    }

    private static BlipCaptionProcessor? CreateProcessor(string dataset, ProcessorRecipe recipe) => recipe.Name switch
    {
        null or "" => null,
        "blip_caption" => new BlipCaptionProcessor(recipe.MaxWords),
        var name => throw new InputException(
            $"datasets.{dataset}.text_processor: unknown processor '{name}'; use blip_caption, or leave it out"),
    };
}
