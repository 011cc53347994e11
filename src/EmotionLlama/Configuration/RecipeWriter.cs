using System.Collections;
using EmotionLlama.Configuration.Binding;
using EmotionLlama.Runtime;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration;

/// <summary>Writes recipes with every key, defaults included, so that a run can be repeated when defaults have
/// changed.</summary>
public static class RecipeWriter
{
    /// <summary>Writes a recipe to a file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(Recipe recipe, string path) => AtomicFile.WriteText(path, ToYaml(recipe));

    /// <summary>The YAML that <see cref="RecipeReader"/> reads as an equal recipe.</summary>
    public static string ToYaml(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return ToYaml((object)recipe);
    }

    /// <summary>The YAML of a section or of a single value.</summary>
    internal static string ToYaml(object? value)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(ToNode(value))).Save(text, assignAnchors: false);

        // YamlDotNet closes a document with "...", which is right and looks wrong.
        var yaml = text.ToString();
        return yaml[..yaml.LastIndexOf("...", StringComparison.Ordinal)].TrimEnd('\n') + "\n";
    }

    private static YamlNode ToNode(object? value) => value switch
    {
        string or null => ScalarText.Write(value),
        IDictionary map => ToMap(map),
        IEnumerable list => ToList(list),
        _ when value.GetType().IsClass => ToSection(value),
        _ => ScalarText.Write(value),
    };

    private static YamlMappingNode ToMap(IDictionary map)
    {
        var node = new YamlMappingNode();
        foreach (DictionaryEntry entry in map)
            node.Add(ScalarText.Write(entry.Key), ToNode(entry.Value));

        return node;
    }

    private static YamlSequenceNode ToList(IEnumerable list)
    {
        var node = new YamlSequenceNode(list.Cast<object?>().Select(ToNode));
        node.Style = node.Children.All(child => child is YamlScalarNode) ? SequenceStyle.Flow : SequenceStyle.Block;
        return node;
    }

    private static YamlMappingNode ToSection(object section)
    {
        var node = new YamlMappingNode();
        foreach (var property in RecipeProperty.Of(section.GetType()))
            node.Add(property.Key, ToNode(property.Get(section)));

        return node;
    }
}
