using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Scoring;

/// <summary>Reads the lexicons that lie in the library.</summary>
internal static class LexiconResource
{
    /// <summary>A map of maps of texts, in the order of the file.</summary>
    public static IEnumerable<(string Key, IReadOnlyList<KeyValuePair<string, string>> Value)> ReadNested(
        string name) =>
        from entry in Map(ReadRoot(name))
        select (entry.Key, ReadTexts(entry.Value));

    /// <summary>A map of texts, in the order of the file.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadTexts(YamlNode node) =>
        [.. Map(node).Select(entry => KeyValuePair.Create(entry.Key, ((YamlScalarNode)entry.Value).Value ?? ""))];

    /// <summary>The entries of a map, in the order of the file.</summary>
    public static IEnumerable<KeyValuePair<string, YamlNode>> Map(YamlNode node) =>
        ((YamlMappingNode)node).Children.Select(
            entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value ?? "", entry.Value));

    /// <summary>The root of a lexicon.</summary>
    public static YamlNode ReadRoot(string name)
    {
        using var resource = typeof(LexiconResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the library lacks its resource {name}");
        using var reader = new StreamReader(resource);
        var yaml = new YamlStream();
        yaml.Load(reader);
        return yaml.Documents[0].RootNode;
    }
}
