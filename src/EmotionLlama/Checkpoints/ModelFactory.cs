using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Checkpoints;

/// <summary>Builds models from recipes: the frozen parts from their files, the trained parts fresh or from a checkpoint.
/// </summary>
public static class ModelFactory
{
    /// <summary>Builds a model.</summary>
    /// <param name="recipe">The recipe's <c>model</c> section.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="dtype">Data type of the frozen weights and of the arithmetic.</param>
    /// <param name="report">Hears what was loaded.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="InputException">A file is missing or does not suit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EmotionLlamaModel Build(
        ModelRecipe recipe,
        Device device,
        ScalarType dtype,
        Action<ModelLoadReport>? report = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var checkpoint = OpenCheckpoint(recipe);
        using var tower = WeightSources.Open(recipe.VitModelFile);
        using var folder = new HuggingFaceFolder(recipe.LlamaModel);
        var (visionWeights, llamaWeights) = (new WatchedWeights(tower), new WatchedWeights(folder));
        using var transfers = new WeightTransfers(cancellation);
        EmotionLlamaModel? model = null;
        try
        {
            var vision = new EvaVisionTransformer(Reader(visionWeights), recipe.ImageSize, recipe.VitNumHeads);
            var llama = new Llama(
                LlamaConfig.Read(Path.Combine(recipe.LlamaModel, "config.json")),
                Reader(llamaWeights),
                Lora(recipe),
                recipe.FrozenWeights);
            var norm = VisionNorm.Find(checkpoint, visionWeights);
            using var freshNorm = VisionNorm.Fresh(vision.Channels);
            var normWeights = norm is null && VisionNorm.IsNone(tower)
                ? null
                : Reader(norm ?? freshNorm).Under($"{VisionNorm.Name}.");
            model = new EmotionLlamaModel(llama, vision, normWeights);
            var trained = checkpoint is null ? null : TrainedWeights.Load(model, checkpoint, transfers);
            transfers.Finish();
            report?.Invoke(new ModelLoadReport
            {
                Files = [Report(llamaWeights), Report(visionWeights, vision), .. OfTrained(trained)],
                VisionNormFile = norm?.Location,
                HasVisionNorm = model.HasVisionNorm,
                Bytes = transfers.Bytes,
                Seconds = transfers.Elapsed.TotalSeconds,
            });
            return model;
        }
        catch
        {
            // The transfers write to the model's tensors, so they end first.
            transfers.Dispose();
            model?.Dispose();
            throw;
        }

        WeightReader Reader(IWeightSource source) => new(source, device, dtype, transfers: transfers);
    }

    private static LoadReport Report(WatchedWeights llama) =>
        new(LoadedPart.Llama, llama.Location, llama.Taken) { Unexpected = llama.Left };

    private static LoadReport Report(WatchedWeights weights, EvaVisionTransformer vision) =>
        new(LoadedPart.VisionTower, weights.Location, weights.Taken)
        {
            Unexpected = weights.Left,
            Reshaped =
            [
                .. from weight in vision.Weights
                   let stored = weights.ShapeOf(weight.Name)
                   where stored is not null && !stored.SequenceEqual(weight.Value.shape)
                   select new ReshapedTensor(weight.Name, stored, weight.Value.shape, "interpolated bicubically"),
            ],
        };

    /// <summary>What the checkpoint holds of <c>ln_vision</c> was taken, too.</summary>
    private static IEnumerable<LoadReport> OfTrained(LoadReport? trained)
    {
        if (trained is null)
            yield break;

        var norm = trained.Unexpected
            .Where(name => name.StartsWith($"{VisionNorm.Name}.", StringComparison.Ordinal)).ToList();
        yield return trained with
        {
            Taken = [.. trained.Taken, .. norm],
            Unexpected = [.. trained.Unexpected.Except(norm)],
        };
    }

    /// <summary>Opens the checkpoint that a recipe starts from; null where it starts fresh.</summary>
    /// <exception cref="InputException">It cannot be read, or is an adapter of other LoRA settings than the recipe's.
    /// </exception>
    public static IOpenWeights? OpenCheckpoint(ModelRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (string.IsNullOrEmpty(recipe.Ckpt))
            return null;

        var checkpoint = WeightSources.Open(recipe.Ckpt);
        try
        {
            (checkpoint as PeftFolder)?.CheckSuits(Lora(recipe));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The prompt builder that belongs to a model.</summary>
    /// <exception cref="InputException">The tokenizer is missing or does not suit.</exception>
    public static PromptBuilder Prompts(ModelRecipe recipe, EmotionLlamaModel model)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(model);
        return new(OpenTokenizer(recipe), PromptSettings.FromRecipe(recipe, model.ImageTokens));
    }

    /// <summary>The tokenizer of a recipe's Llama.</summary>
    public static LlamaTextTokenizer OpenTokenizer(ModelRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return LlamaTextTokenizer.Open(Path.Combine(recipe.LlamaModel, "tokenizer.model"));
    }

    /// <summary>The LoRA settings of a recipe.</summary>
    internal static LoraSettings Lora(ModelRecipe recipe) => new()
    {
        Rank = recipe.LoraR,
        Alpha = recipe.LoraAlpha,
        Dropout = recipe.LoraDropout,
        Targets = recipe.LoraTargetModules,
    };
}
