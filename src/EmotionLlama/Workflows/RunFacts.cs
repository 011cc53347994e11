using System.Collections;
using System.Globalization;
using System.Reflection;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;

namespace EmotionLlama.Workflows;

/// <summary>What all ranks of a training run must have in common, each thing by its name: the recipe, key by key, and the
/// content of the files that it names.</summary>
internal static class RunFacts
{
    /// <summary>Reads the files.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="resume">The checkpoint the run goes on from; null where it begins.</param>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Of(Recipe recipe, string? resume)
    {
        var facts = new Dictionary<string, string> { ["program"] = $"{Assembly.GetExecutingAssembly().GetName().Version}" };
        Add(facts, "", RecipeTree.Of(recipe));
        var model = recipe.Model;
        facts["content of model.llama_model"] = FileFingerprint.OfModel(model.LlamaModel);
        facts["content of model.vit_model"] = OfFile(model.VitModelFile);
        facts["content of model.ckpt"] = OfFile(model.Ckpt);
        facts["checkpoint to go on from"] = OfFile(resume);
        foreach (var (name, data) in recipe.Datasets)
            facts[$"content of datasets.{name}'s annotations"] = OfFile(data.BuildInfo.AnnPath);

        return facts;
    }

    private static string OfFile(string? path) => path switch
    {
        null or "" => "none",
        _ when Directory.Exists(path) => FileFingerprint.OfModel(path),
        _ when File.Exists(path) => FileFingerprint.Of(path),
        _ => "none",
    };

    private static void Add(Dictionary<string, string> facts, string key, object? node)
    {
        switch (node)
        {
            case IReadOnlyDictionary<string, object?> section:
                foreach (var (name, value) in section)
                    Add(facts, key.Length == 0 ? name : $"{key}.{name}", value);

                break;
            case IEnumerable list when node is not string:
                foreach (var (i, value) in list.Cast<object?>().Index())
                    Add(facts, string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]"), value);

                break;
            default:
                facts[key] = Convert.ToString(node, CultureInfo.InvariantCulture) ?? "nothing";
                break;
        }
    }
}
