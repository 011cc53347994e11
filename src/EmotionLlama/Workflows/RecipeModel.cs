using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Models;
using EmotionLlama.Tokenization;
using static TorchSharp.torch;

namespace EmotionLlama.Workflows;

/// <summary>The model of a recipe: its tokenizer at once, the rest when it is asked for.</summary>
/// <param name="recipe">The recipe.</param>
/// <exception cref="InputException">The tokenizer is missing or faulty.</exception>
internal sealed class RecipeModel(Recipe recipe) : IDisposable
{
    private readonly int? _threadsBefore = SetThreads(recipe.Run.Threads);
    private EmotionLlamaModel? _model;

    /// <summary>Llama's tokenizer.</summary>
    public LlamaTextTokenizer Tokenizer { get; } = ModelFactory.OpenTokenizer(Checked(recipe).Model);

    /// <summary>Builds the model; later calls return the same.</summary>
    /// <param name="report">Hears what was loaded.</param>
    /// <param name="cancellation">Stops the loading.</param>
    /// <exception cref="InputException">A file does not suit, or there is no such device.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public EmotionLlamaModel Build(
        Action<ModelLoadReport>? report = null, CancellationToken cancellation = default)
    {
        if (_model is not null)
            return _model;

        // Fresh weights and dropout are drawn from libtorch's generator, so the seed is set before the model is made.
        random.manual_seed(recipe.Run.Seed);
        var device = ComputeDevice.Choose(recipe.Run.Device);
        var dtype = ComputeDevice.Precision(recipe.Run.Amp, device);
        return _model = MemoryAdvice.Guard(
            recipe,
            MemoryUse.Loading,
            () => ModelFactory.Build(recipe.Model, device, dtype, report, cancellation));
    }

    /// <summary>The prompt builder of the model.</summary>
    public PromptBuilder Prompts(EmotionLlamaModel model) =>
        new(Tokenizer, PromptSettings.FromRecipe(recipe.Model, model.ImageTokens));

    public void Dispose()
    {
        _model?.Dispose();
        SetThreads(_threadsBefore);
    }

    /// <summary>Finds what the device cannot do before anything is read.</summary>
    private static Recipe Checked(Recipe recipe)
    {
        if (recipe.Model.FrozenWeights != FrozenFormat.Auto)
        {
            var device = ComputeDevice.Choose(recipe.Run.Device);
            ComputeDevice.CheckFrozen(
                recipe.Model.FrozenWeights, device, ComputeDevice.Precision(recipe.Run.Amp, device));
        }

        return recipe;
    }

    /// <summary>Sets libtorch's number of threads, where one is given.</summary>
    /// <returns>What it was before; null where it stays.</returns>
    private static int? SetThreads(int? threads)
    {
        if (threads is not { } count)
            return null;

        var before = get_num_threads();
        set_num_threads(count);
        return before;
    }
}
