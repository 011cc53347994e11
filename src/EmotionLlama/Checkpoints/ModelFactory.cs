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
    /// <exception cref="InputException">A file is missing or does not suit.</exception>
    public static EmotionLlamaModel Build(
        ModelRecipe recipe, Device device, ScalarType dtype, Action<string>? report = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        using var checkpoint = OpenCheckpoint(recipe);
        using var vision = WeightSources.Open(recipe.VitModelFile);
        using var folder = new HuggingFaceFolder(recipe.LlamaModel);

        var tower = new EvaVisionTransformer(
            new WeightReader(vision, device, dtype), recipe.ImageSize, recipe.VitNumHeads);
        var llama = new Llama(
            LlamaConfig.Read(Path.Combine(recipe.LlamaModel, "config.json")),
            new WeightReader(folder, device, dtype),
            Lora(recipe));
        var visionNorm = new IWeightSource?[] { checkpoint, vision }.OfType<IWeightSource>()
            .Select(source => new WeightReader(source, device, dtype, "ln_vision."))
            .FirstOrDefault(reader => reader.Has("weight"));
        if (visionNorm is null)
            report?.Invoke("no file holds ln_vision: the layer normalization behind the vision tower is left out");

        var model = new EmotionLlamaModel(llama, tower, visionNorm);
        if (checkpoint is not null)
        {
            var loaded = TrainedWeights.Load(model, checkpoint);
            report?.Invoke(loaded.ToString());
        }

        return model;
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
