using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Checks that the files and folders a recipe names are there, before anything is loaded.</summary>
public static class RecipeFiles
{
    private const string AnnPath = "build_info.ann_path";

    /// <summary>Checks what building the model reads.</summary>
    /// <exception cref="InputException">Something is missing; the message names the key, the path and the
    /// line.</exception>
    public static void CheckModel(LoadedRecipe loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        var model = loaded.Recipe.Model;
        const string Llama = "model.llama_model";
        NeedFolder(loaded, Llama, model.LlamaModel);
        foreach (var file in (string[])["config.json", "tokenizer.model"])
        {
            if (!File.Exists(Path.Combine(model.LlamaModel, file)))
                throw Error(loaded, Llama, $"no {file} in {model.LlamaModel}; name a Hugging Face Llama folder");
        }

        NeedFile(loaded, "model.vit_model", model.VitModelFile);
        if (!Directory.Exists(model.Ckpt))
            NeedFile(loaded, "model.ckpt", model.Ckpt);
    }

    /// <summary>Checks what training reads: the model's files, those of every data set that are named, and the
    /// checkpoint to continue from; and that there are clips to measure what the run decides by.</summary>
    /// <exception cref="InputException">Something is missing, or there is nothing to train on or to decide
    /// by.</exception>
    public static void CheckTraining(LoadedRecipe loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        if (loaded.Recipe.Datasets.Count == 0)
            throw Error(loaded, "datasets", "names no data; training needs some");

        RecipeValidator.CheckEvaluations(loaded);
        CheckModel(loaded);
        CheckFeatures(loaded);
        foreach (var (name, data) in loaded.Recipe.Datasets)
            CheckDataset(loaded, $"datasets.{name}", data);

        NeedFile(loaded, "run.resume_ckpt_path", loaded.Recipe.Run.ResumeCkptPath);
    }

    /// <summary>Checks what evaluation reads: the model's files and those of the evaluation data sets.</summary>
    /// <param name="loaded">The recipe.</param>
    /// <param name="names">The data sets; none means all.</param>
    /// <exception cref="InputException">Something is missing, there is nothing to evaluate, or a name is none of the
    /// recipe's.</exception>
    public static void CheckEvaluation(LoadedRecipe loaded, params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(names);
        var sets = loaded.Recipe.EvaluationDatasets;
        if (sets.Count == 0)
            throw Error(loaded, "evaluation_datasets", "names no data; evaluation needs some");

        if (names.FirstOrDefault(name => !sets.ContainsKey(name)) is { } unknown)
        {
            throw Error(
                loaded,
                "evaluation_datasets",
                $"has no '{unknown}'; did you mean '{Spelling.Nearest(unknown, sets.Keys)}'? "
                + $"It has {string.Join(", ", sets.Keys)}");
        }

        CheckModel(loaded);
        CheckFeatures(loaded);
        foreach (var (name, data) in sets.Where(set => names.Count == 0 || names.Contains(set.Key)))
        {
            NeedFile(loaded, $"evaluation_datasets.{name}.eval_file_path", data.EvalFilePath);
            NeedFolder(loaded, $"evaluation_datasets.{name}.img_path", data.ImgPath);
        }
    }

    /// <summary>Checks what making features of raw clips reads: the encoders' folders and the faces' tables.</summary>
    /// <param name="loaded">The recipe.</param>
    /// <param name="features">Its features, or what replaces them; null takes the recipe's.</param>
    /// <exception cref="InputException">A folder is missing or none of an encoder, or the peak frame is wanted without
    /// tables.</exception>
    public static void CheckFeatures(LoadedRecipe loaded, FeaturesRecipe? features = null)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        features ??= loaded.Recipe.Features;
        NeedEncoder(loaded, "features.hubert", features.Hubert);
        NeedEncoder(loaded, "features.face_mae", features.FaceMae);
        NeedEncoder(loaded, "features.video_mae", features.VideoMae);
        NeedFolder(loaded, "features.openface_path", features.OpenfacePath);
        if (features is { Frame: "peak", OpenfacePath: null })
        {
            throw Error(loaded, "features.frame", "peak is found in OpenFace's tables; name their folder with "
                + "features.openface_path, or take first, middle or a number");
        }
    }

    private static void NeedEncoder(LoadedRecipe loaded, string key, string? path)
    {
        NeedFolder(loaded, key, path);
        if (path is not null && !File.Exists(Path.Combine(path, "config.json")))
            throw Error(loaded, key, $"no config.json in {path}; name an encoder's Hugging Face folder");
    }

    private static void CheckDataset(LoadedRecipe loaded, string key, DatasetRecipe data)
    {
        var info = data.BuildInfo;
        var annotations = AnnotationFile(data) ?? throw Error(
            loaded,
            $"{key}.{AnnPath}",
            "is not given; name the annotation file (the original project keeps it apart, in featureface.yaml)");
        NeedFile(loaded, $"{key}.{(data.AnnotationFile is null or "" ? AnnPath : "annotation_file")}", annotations);
        NeedFolder(loaded, $"{key}.build_info.image_path", info.ImagePath);
        NeedFile(loaded, $"{key}.build_info.transcription_path", info.TranscriptionPath);
        NeedFile(loaded, $"{key}.build_info.coarse_grained_path", info.CoarseGrainedPath);
        NeedFile(loaded, $"{key}.build_info.fine_grained_path", info.FineGrainedPath);
        NeedFolder(loaded, $"{key}.build_info.feature_path", info.FeaturePath);
        NeedFile(loaded, $"{key}.instruction_pool", data.InstructionPool);
    }

    /// <summary><c>annotation_file</c> is a path, or a name without a folder that lies beside
    /// <c>ann_path</c>.</summary>
    private static string? AnnotationFile(DatasetRecipe data) => data switch
    {
        { AnnotationFile: null or "" } => data.BuildInfo.AnnPath,
        { BuildInfo.AnnPath: { } path } when Path.GetFileName(data.AnnotationFile) == data.AnnotationFile =>
            Path.Combine(Path.GetDirectoryName(path) ?? "", data.AnnotationFile),
        _ => data.AnnotationFile,
    };

    private static void NeedFile(LoadedRecipe loaded, string key, string? path)
    {
        if (path is not null && !File.Exists(path))
            throw Error(loaded, key, $"no such file: {path}");
    }

    private static void NeedFolder(LoadedRecipe loaded, string key, string? path)
    {
        if (path is not null && !Directory.Exists(path))
            throw Error(loaded, key, $"no such folder: {path}");
    }

    private static InputException Error(LoadedRecipe loaded, string key, string message) =>
        new($"{loaded.PlaceOf(key)}: {key}: {message}");
}
