using System.Globalization;
using System.Text;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>All keys that recipes may have, with what each means: the same records that recipes are read
/// into.</summary>
public static class RecipeKeys
{
    private static readonly Lazy<IReadOnlyList<RecipeKey>> Keys = new(() => [.. Walk(typeof(Recipe), "")]);

    /// <summary>The keys, section by section.</summary>
    public static IReadOnlyList<RecipeKey> All => Keys.Value;

    /// <summary>The keys as Markdown, a table for each section.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var section in All.GroupBy(key => key.Key[..key.Key.LastIndexOf('.')]))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### `{section.Key}`\n\n");
            text.Append("| key | value | default | meaning |\n|---|---|---|---|\n");
            foreach (var key in section)
            {
                var value = key.Default is { } written ? $"`{written}`" : "required";
                text.Append(CultureInfo.InvariantCulture,
                    $"| `{key.Key[(section.Key.Length + 1)..]}` | {key.Value} | {value} | {key.Meaning} |\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<RecipeKey> Walk(Type section, string path)
    {
        var defaults = Activator.CreateInstance(section)!;
        foreach (var property in RecipeProperty.Of(section))
        {
            var key = path + property.Key;
            var many = property.IsMap || property.IsList;
            if (property.IsSection)
            {
                foreach (var inner in Walk(property.Item, many ? $"{key}.*." : $"{key}."))
                    yield return inner;
            }
            else
            {
                var value = property.IsMap ? $"names, each with {property.Describe()}"
                    : property.IsList ? $"a list, each {property.Describe()}"
                    : property.Describe();
                yield return new RecipeKey(
                    key,
                    value,
                    property.IsRequired ? null : RecipeWriter.ToYaml(property.Get(defaults)).TrimEnd(),
                    RecipeMeanings.Of(property));
            }
        }
    }
}
