using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;
using EmotionLlama.Generation;
using EmotionLlama.Scoring.Judging;
using Microsoft.Extensions.AI;

namespace EmotionLlama.Workflows;

/// <summary>A judge with what it asks: an endpoint's client, or a model on this machine.</summary>
public sealed class OpenJudge : IDisposable
{
    private const string CacheName = "judge-cache";
    private const int OwnAnswerTokens = 300;

    private readonly IChatClient _client;
    private readonly RecipeModel? _model;

    private OpenJudge(IChatClient client, RecipeModel? model, JudgeRecipe recipe, string outputFolder)
    {
        _client = client;
        _model = model;
        Judge = new ChatJudge(client, recipe, Path.Combine(outputFolder, CacheName));
    }

    /// <summary>The judge.</summary>
    public ChatJudge Judge { get; }

    /// <summary>Opens a judge at an OpenAI-compatible endpoint. Nothing is asked yet.</summary>
    /// <param name="recipe">Endpoint, model, limits and prices.</param>
    /// <param name="outputFolder">The folder of the scores, where answers are kept if the recipe does not say.</param>
    /// <exception cref="InputException">No model is named, or its key, its prompts or its cache are missing.</exception>
    public static OpenJudge AtEndpoint(JudgeRecipe recipe, string outputFolder) =>
        new(EndpointClients.Create(recipe, ChatJudge.Section), model: null, recipe, outputFolder);

    /// <summary>Builds the recipe's model as the judge.</summary>
    /// <param name="recipe">The model, and the judge's language and prompts.</param>
    /// <param name="outputFolder">As for an endpoint.</param>
    /// <param name="report">Hears what was loaded.</param>
    /// <exception cref="InputException">A file of the model does not suit.</exception>
    public static OpenJudge OnThisMachine(Recipe recipe, string outputFolder, Action<ModelLoadReport>? report = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);

        // The name keeps answers of different weights apart in the cache.
        var weights = recipe.Model.Ckpt is { Length: > 0 } checkpoint ? checkpoint : recipe.Model.LlamaModel;
        var name = $"own model, {Path.GetFileName(weights)}";
        var model = new RecipeModel(recipe);
        try
        {
            var built = model.Build(report);
            built.Llama.MergeLora();
            var client = new LlamaChatClient(
                built, model.Tokenizer, name, new GenerationSettings { MaxNewTokens = OwnAnswerTokens });
            return new OpenJudge(client, model, recipe.Judge with { Model = name, Parallel = 1 }, outputFolder);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _model?.Dispose();
    }
}
