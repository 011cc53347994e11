using EmotionLlama.Models;

namespace EmotionLlama.Checkpoints.Exporting;

/// <summary>Finds out by how much LoRA matrices are scaled: the matrices alone do not say.</summary>
internal static class LoraFinder
{
    /// <summary>The settings of a checkpoint's LoRA; rank and targets are those of its matrices.</summary>
    /// <returns>Null where there are no matrices, or nothing gives alpha.</returns>
    /// <exception cref="InputException">What is given contradicts itself or the matrices.</exception>
    public static LoraSettings? Find(TrainedCheckpoint checkpoint, ExportRequest request)
    {
        if (checkpoint.Rank == 0)
            return null;

        CheckRecipe(checkpoint, request);
        var recipe = request.Recipe?.Recipe.Model;
        if ((request.LoraAlpha ?? checkpoint.Stated.Alpha ?? recipe?.LoraAlpha) is not { } alpha)
            return null;

        if (!double.IsFinite(alpha) || alpha <= 0)
            throw new InputException($"LoRA's alpha is {alpha}, expected a number above 0");

        return new LoraSettings
        {
            Rank = checkpoint.Rank,
            Alpha = alpha,
            Dropout = checkpoint.Stated.Dropout ?? recipe?.LoraDropout ?? 0,
            Targets = checkpoint.Targets,
        };
    }

    /// <summary>The settings, where the format has no meaning without them.</summary>
    /// <exception cref="InputException">There are no LoRA matrices, or their settings are not known.</exception>
    public static LoraSettings Need(LoraSettings? found, TrainedCheckpoint checkpoint)
    {
        if (checkpoint.Rank == 0)
        {
            throw new InputException($"{checkpoint.Location}: holds no LoRA matrices, so there is no adapter and "
                + "nothing to merge; --format pth keeps its projections");
        }

        return found ?? throw new InputException($"{checkpoint.Location}: does not say LoRA's alpha; name the recipe "
            + "of its run with --cfg-path, or give --lora-alpha (the original's is 16)");
    }

    private static void CheckRecipe(TrainedCheckpoint checkpoint, ExportRequest request)
    {
        if (request.Recipe is not { Recipe.Model: var model } loaded)
            return;

        if (model.LoraR != checkpoint.Rank)
        {
            throw new InputException($"{loaded.PlaceOf("model.lora_r")}: model.lora_r: is {model.LoraR}, but the LoRA "
                + $"matrices of {checkpoint.Location} have rank {checkpoint.Rank}; is this the recipe of its run?");
        }

        if (request.LoraAlpha is null && checkpoint.Stated.Alpha is { } stated && stated != model.LoraAlpha)
        {
            throw new InputException($"{loaded.PlaceOf("model.lora_alpha")}: model.lora_alpha: is {model.LoraAlpha}, "
                + $"but {checkpoint.Location} says {stated}; leave the recipe out, or say which with --lora-alpha");
        }
    }
}
