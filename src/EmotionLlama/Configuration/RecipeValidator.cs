using System.Globalization;

namespace EmotionLlama.Configuration;

/// <summary>Checks what no single key of a recipe can: that its keys agree with each other.</summary>
internal static class RecipeValidator
{
    private const string CaptionProcessor = "blip_caption";

    /// <summary>Checks a recipe whose single values are in range.</summary>
    /// <exception cref="InputException">Two keys contradict each other.</exception>
    public static void Check(LoadedRecipe loaded)
    {
        var recipe = loaded.Recipe;
        foreach (var (name, data) in recipe.Datasets)
        {
            CheckDataset(loaded, $"datasets.{name}", data, recipe.Model.ImageSize);
            CheckCurriculum(loaded, $"datasets.{name}.curriculum", data.Curriculum, recipe.Run.MaxEpoch);
        }

        if (recipe.Datasets.Count > 0 && recipe.Datasets.Values.All(data => data.SampleRatio == 0))
            throw Error(loaded, "datasets", "every sample_ratio is 0, so nothing is drawn; raise one");

        if (recipe.Construction.MinWords > recipe.Construction.MaxWords)
            throw Error(loaded, "construction.min_words", "is above max_words, so every caption is left out; lower it");

        CheckStages(loaded, recipe.Run);
    }

    /// <summary>Checks that a training run can measure what it is to decide by.</summary>
    /// <exception cref="InputException">It cannot, because no clips are held out, or because they are never answered
    /// about.</exception>
    public static void CheckEvaluations(LoadedRecipe loaded)
    {
        var run = loaded.Recipe.Run;
        var metric = run.Metric.ToText();
        var decides = run.SaveBest ? "run.save_best"
            : run.EarlyStopping.Patience > 0 ? "run.early_stopping.patience"
            : null;
        var measures = decides ?? (run.EvalClips > 0 ? "run.eval_clips" : null);
        if (measures is not null && loaded.Recipe.Datasets.Values.All(data => data.ValidationFile is null))
        {
            throw Error(loaded, measures, $"needs held-out clips to measure {metric} (run.metric) on; name their "
                + "annotations as datasets.NAME.validation_file");
        }

        if (decides is not null && run.EvalEpochInterval == 0)
            throw Error(loaded, decides, "needs evaluations; set run.eval_epoch_interval to 1 or more, not 0");

        if (run.Metric.NeedsAnswers() && run.EvalClips == 0)
        {
            throw Error(loaded, "run.eval_clips", $"is 0, but run.metric is {metric}, which needs answers; leave "
                + "eval_clips out, or set metric: val_loss");
        }

        if (run.EvalTemperatureSamples == 1)
            throw Error(loaded, "run.eval_temperature_samples", "one sample has no spread; set 2 or more, or 0 for none");

        if (run.EvalTemperatureSamples > 0 && !run.Metric.NeedsAnswers() && (run.EvalClips ?? 0) == 0)
            throw Error(loaded, "run.eval_temperature_samples", "needs clips to answer about; set run.eval_clips, too");
    }

    private static void CheckDataset(LoadedRecipe loaded, string key, DatasetRecipe data, int imageSize)
    {
        if (data.TaskPool.Values.All(weight => weight == 0))
            throw Error(loaded, $"{key}.task_pool", "every weight is 0, so no task is drawn; raise one");
        if (data.VisProcessor.Name == CaptionProcessor)
            throw Error(loaded, $"{key}.vis_processor", $"{CaptionProcessor} prepares answers, not pictures");
        if (data.TextProcessor.Name is { } name and not CaptionProcessor)
            throw Error(loaded, $"{key}.text_processor", $"{name} prepares pictures, not answers");
        if (data.VisProcessor.ImageSize is { } size && size != imageSize)
        {
            throw Error(
                loaded,
                $"{key}.vis_processor.image_size",
                $"is {size} where model.image_size is {imageSize}; make them equal");
        }
    }

    private static void CheckCurriculum(LoadedRecipe loaded, string key, CurriculumRecipe curriculum, int epochs)
    {
        if (curriculum.Difficulty == CurriculumDifficulty.None || curriculum.Epochs is not { } last || last <= epochs)
            return;

        throw Error(loaded, $"{key}.epochs", string.Create(CultureInfo.InvariantCulture,
            $"is {last} where run.max_epoch is {epochs}, so some samples would never be drawn; lower it"));
    }

    private static void CheckStages(LoadedRecipe loaded, RunRecipe run)
    {
        if (run.Stages.Count == 0)
            return;

        var next = 0;
        for (var index = 0; index < run.Stages.Count; index++)
        {
            var stage = run.Stages[index];
            var key = $"run.stages.{index}";
            if (stage.EndEpoch <= stage.FirstEpoch)
                throw Error(loaded, key, $"epochs {Range(stage)} are none; END is the epoch after the last");
            if (stage.FirstEpoch != next)
            {
                throw Error(loaded, key, string.Create(CultureInfo.InvariantCulture,
                    $"epochs {Range(stage)} must begin with {next}, where the stage before ends"));
            }

            next = stage.EndEpoch;
        }

        if (next != run.MaxEpoch)
        {
            throw Error(loaded, "run.stages", string.Create(CultureInfo.InvariantCulture,
                $"the stages end with epoch {next} where run.max_epoch is {run.MaxEpoch}; make them equal"));
        }
    }

    private static string Range(StageRecipe stage) =>
        string.Create(CultureInfo.InvariantCulture, $"{stage.FirstEpoch}-{stage.EndEpoch}");

    private static InputException Error(LoadedRecipe loaded, string key, string message) =>
        new($"{loaded.PlaceOf(key)}: {key}: {message}");
}
