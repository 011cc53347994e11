using System.Globalization;
using EmotionLlama.Configuration;
using EmotionLlama.Endpoints;

namespace EmotionLlama.Construction;

/// <summary>The models of all stages.</summary>
internal sealed class ConstructionModels : IDisposable
{
    private ConstructionModels(StageModel? vision, StageModel? audio, StageModel text) =>
        (Vision, Audio, Text) = (vision, audio, text);

    /// <summary>Describes the peak frame; null without a model.</summary>
    public StageModel? Vision { get; }

    /// <summary>Describes the voice; null without a model.</summary>
    public StageModel? Audio { get; }

    /// <summary>Merges all clues.</summary>
    public StageModel Text { get; }

    /// <summary>All of them.</summary>
    public IEnumerable<StageModel> All => new[] { Vision, Audio, Text }.OfType<StageModel>();

    /// <summary>The recipe of a stage; null where it has no model. The vision model stands in for the text
    /// model.</summary>
    public static EndpointRecipe? RecipeOf(ConstructionRecipe recipe, Stage stage)
    {
        var own = stage switch
        {
            Stage.Vision => recipe.Vision,
            Stage.Audio => recipe.Audio,
            _ => recipe.Text.Model is null ? recipe.Vision : recipe.Text,
        };
        return own.Model is null ? null : own;
    }

    /// <summary>Says what is wrong where there is no text model.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static void Check(ConstructionRecipe recipe)
    {
        if (RecipeOf(recipe, Stage.Text) is null)
            throw EndpointClients.NoModel(SectionOf(Stage.Text));
    }

    /// <summary>Makes clients; nothing is asked yet.</summary>
    /// <exception cref="InputException">There is no text model, an address is none, or a key is missing.</exception>
    public static ConstructionModels Open(ConstructionRecipe recipe, string cacheFolder, RetryTiming timing)
    {
        Check(recipe);
        return new ConstructionModels(Open(Stage.Vision), Open(Stage.Audio), Open(Stage.Text)!);

        StageModel? Open(Stage stage)
        {
            if (RecipeOf(recipe, stage) is not { } endpoint)
                return null;

            var section = SectionOf(stage);
            return new StageModel(
                stage, section, endpoint, EndpointClients.Create(endpoint, section), cacheFolder, timing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in All)
            model.Dispose();
    }

    private static string SectionOf(Stage stage) =>
        $"construction.{stage.ToString().ToLower(CultureInfo.InvariantCulture)}";
}
