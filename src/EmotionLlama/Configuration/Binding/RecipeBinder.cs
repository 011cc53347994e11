using System.Collections;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration.Binding;

/// <summary>Makes typed sections of a recipe's YAML. What keys there are, and what their values may be, is defined by
/// the records' properties and their attributes alone.</summary>
internal sealed class RecipeBinder(RecipeDocument document)
{
    private readonly Dictionary<string, string> _places = [];
    private readonly List<string> _notes = [];

    /// <summary>Where each key of the recipe stands, by its full name with dots.</summary>
    public IReadOnlyDictionary<string, string> Places => _places;

    /// <summary>What was read and does nothing.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads the whole recipe.</summary>
    /// <exception cref="InputException">A key is unknown or missing, or a value is not what the key needs.</exception>
    public Recipe Bind() => (Recipe)BindSection(typeof(Recipe), document.Root, path: "");

    private object BindSection(Type type, YamlNode node, string path)
    {
        node = Shorthand.Expand(type, node, path, document);
        if (ScalarText.IsNull(node))
            node = document.At(node, new YamlMappingNode());

        var map = node as YamlMappingNode ?? throw Mistake(node, path, "a section of keys");
        var properties = RecipeProperty.Of(type);
        var section = Activator.CreateInstance(type)!;
        var given = new Dictionary<RecipeProperty, string>();
        foreach (var (keyNode, value) in map.Children)
        {
            var key = keyNode is YamlScalarNode { Value: { } text } ? text : throw Mistake(keyNode, path, "named keys");
            var full = Join(path, key);
            if (OriginalKeys.ReasonToIgnore(full, value) is { } reason)
            {
                _notes.Add($"{document.PlaceOf(keyNode)}: {full} is not used: {reason}");
                continue;
            }

            var property = properties.FirstOrDefault(property => property.Key == key || property.Alias == key)
                ?? throw At(keyNode, $"unknown key '{full}'; did you mean '{Suggest(key, properties)}'?");
            if (!given.TryAdd(property, key))
                throw At(keyNode, $"{full} and {Join(path, given[property])} are the same key; give one of them");

            _places[full] = _places[Join(path, property.Key)] = document.PlaceOf(keyNode);
            Fill(section, property, value, full);
        }

        return properties.FirstOrDefault(property => property.IsRequired && !given.ContainsKey(property)) is { } missing
            ? throw At(map, $"the key '{Join(path, missing.Key)}' is missing")
            : section;
    }

    /// <summary>Sets a property. Null leaves a section, a map or a list as it is by default.</summary>
    private void Fill(object section, RecipeProperty property, YamlNode node, string path)
    {
        if (property.IsMap)
        {
            if (!ScalarText.IsNull(node))
                property.Set(section, BindMap(property, node, path));
        }
        else if (property.IsList)
        {
            if (!ScalarText.IsNull(node))
                property.Set(section, BindList(property, node, path));
        }
        else
        {
            property.Set(section, BindItem(property, node, path));
        }
    }

    private IDictionary BindMap(RecipeProperty property, YamlNode node, string path)
    {
        var items = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), property.Item))!;
        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (keyNode, value) in map.Children)
                {
                    var key = (keyNode as YamlScalarNode)?.Value ?? throw Mistake(keyNode, path, "named keys");
                    var full = Join(path, key);
                    _places[full] = document.PlaceOf(keyNode);
                    items[key] = BindItem(property, value, full);
                }

                break;

            // Names alone weigh the same; a name that stands twice weighs twice.
            case YamlSequenceNode list when property.Item == typeof(double):
                foreach (var entry in list.Children)
                {
                    var key = (entry as YamlScalarNode)?.Value ?? throw Mistake(entry, path, "names");
                    items[key] = (items[key] as double? ?? 0) + 1;
                }

                break;

            default:
                throw Mistake(node, path, property.IsSection ? "a section of keys" : "names, or name: weight");
        }

        return property.AllowsCount(items.Count) ? items : throw At(node, $"{path} must not be empty");
    }

    private IList BindList(RecipeProperty property, YamlNode node, string path)
    {
        var list = node as YamlSequenceNode
            ?? throw Mistake(node, path, property.IsSection ? "a list of sections" : "a list, such as [a, b]");
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(property.Item))!;
        foreach (var entry in list.Children)
        {
            var full = Join(path, $"{items.Count}");
            _places[full] = document.PlaceOf(entry);
            items.Add(BindItem(property, entry, full));
        }

        return property.AllowsCount(items.Count) ? items : throw At(node, $"{path} must not be empty");
    }

    private object? BindItem(RecipeProperty property, YamlNode node, string path)
    {
        if (property.IsSection)
            return BindSection(property.Item, node, path);

        var isNull = ScalarText.IsNull(node);
        if (property is { IsNullable: true, IsMap: false, IsList: false }
            && (isNull || property.PathKind is not null && node is YamlScalarNode { Value: "" }))
            return null;

        if (isNull || node is not YamlScalarNode { Value: { } text }
            || ScalarText.Read(property.Item, text) is not { } value || !property.Allows(value))
            throw Mistake(node, path, property.Describe());

        return property.PathKind is { } kind ? RecipePaths.Resolve((string)value, kind, document.Path) : value;
    }

    private static string Suggest(string key, IReadOnlyList<RecipeProperty> siblings)
    {
        var elsewhere = RecipeKeys.All.FirstOrDefault(other => other.Key.Split('.')[^1] == key);
        return elsewhere?.Key ?? Spelling.Nearest(key, siblings.Select(property => property.Key))!;
    }

    private InputException Mistake(YamlNode node, string path, string needed)
    {
        var found = node switch
        {
            YamlMappingNode => "a section of keys",
            YamlSequenceNode => "a list",
            _ when ScalarText.IsNull(node) => "null",
            _ => $"'{((YamlScalarNode)node).Value}'",
        };
        return At(node, $"{(path.Length > 0 ? path : "a recipe")} must be {needed}, not {found}");
    }

    private InputException At(YamlNode node, string message) =>
        new($"{document.PlaceOf(node)}: {message.ReplaceLineEndings(" ")}");

    private static string Join(string path, string key) => path.Length > 0 ? $"{path}.{key}" : key;
}
