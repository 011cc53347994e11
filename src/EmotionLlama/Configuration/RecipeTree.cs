using System.Collections;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Recipes as nested dictionaries of plain values, the form in which checkpoints keep them.</summary>
public static class RecipeTree
{
    /// <summary>A recipe's sections by their keys; enums and what else is no number or truth value become text.</summary>
    public static IReadOnlyDictionary<string, object?> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return Section(recipe);
    }

    private static object? Node(object? value) => value switch
    {
        null or string or bool or double => value,
        int or long => Convert.ToInt64(value, provider: null),
        Enum => ScalarText.Write(value).Value,
        IDictionary map => Map(map),
        IEnumerable list => list.Cast<object?>().Select(Node).ToList(),
        _ => Section(value),
    };

    private static Dictionary<string, object?> Map(IDictionary map)
    {
        var node = new Dictionary<string, object?>();
        foreach (DictionaryEntry entry in map)
            node.Add((string)entry.Key, Node(entry.Value));

        return node;
    }

    private static Dictionary<string, object?> Section(object section) => RecipeProperty.Of(section.GetType())
        .ToDictionary(property => property.Key, property => Node(property.Get(section)));
}
