using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration.Binding;

/// <summary>Rewrites the forms of YAML that are not those of the records: they are kinder to write, or the original
/// project's.</summary>
internal static partial class Shorthand
{
    /// <summary>Gives the YAML that a section's record is read from.</summary>
    public static YamlNode Expand(Type section, YamlNode node, string path, RecipeDocument document)
    {
        if (node is not YamlMappingNode map)
            return node;
        if (section == typeof(ProcessorRecipe))
            return ExpandProcessor(map);

        return section == typeof(StageRecipe) ? ExpandStage(map, path, document) : node;
    }

    /// <summary><c>train: {name: …}</c>, beside which <c>eval</c> stands in the original's defaults. Its training and
    /// its evaluation both use <c>train</c>.</summary>
    private static YamlNode ExpandProcessor(YamlMappingNode map)
    {
        var isNested = map.Children.Keys.All(key => key is YamlScalarNode { Value: "train" or "eval" });
        return !isNested ? map
            : map.Children.TryGetValue("train", out var train) ? train
            : map.Children.TryGetValue("eval", out var evaluation) ? evaluation
            : map;
    }

    /// <summary><c>epochs: 0-15</c> is <c>first_epoch: 0</c> and <c>end_epoch: 15</c>.</summary>
    private static YamlMappingNode ExpandStage(YamlMappingNode map, string path, RecipeDocument document)
    {
        if (!map.Children.TryGetValue("epochs", out var epochs))
            return map;

        var match = EpochRange().Match((epochs as YamlScalarNode)?.Value ?? "");
        if (!match.Success)
        {
            throw new InputException($"{document.PlaceOf(epochs)}: {path}.epochs must be FIRST-END, "
                + "such as 0-15 for the first 15 epochs");
        }

        var expanded = document.At(map, new YamlMappingNode());
        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: "epochs" })
            {
                expanded.Add(document.At(key, new YamlScalarNode("first_epoch")), Bound(match.Groups[1]));
                expanded.Add(document.At(key, new YamlScalarNode("end_epoch")), Bound(match.Groups[2]));
            }
            else
            {
                expanded.Add(key, value);
            }
        }

        return expanded;

        YamlScalarNode Bound(Group group) =>
            document.At(epochs, new YamlScalarNode(group.Value) { Style = ScalarStyle.Plain });
    }

    [GeneratedRegex(@"^\s*(\d+)\s*-\s*(\d+)\s*$")]
    private static partial Regex EpochRange();
}
