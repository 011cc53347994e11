using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace EmotionLlama.Configuration.Binding;

/// <summary>What keys mean, from the XML documentation that the compiler writes beside the library: said once, for
/// programmers and for recipes.</summary>
internal static partial class RecipeMeanings
{
    private static readonly Lazy<Dictionary<string, XElement>> Summaries = new(Load);

    /// <summary>The summary of a property as Markdown, other properties in it by their keys; empty where the
    /// documentation is not installed.</summary>
    public static string Of(RecipeProperty property) =>
        Summaries.Value.TryGetValue($"P:{property.Section.FullName}.{property.Name}", out var summary)
            ? Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim()
            : "";

    private static Dictionary<string, XElement> Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{typeof(Recipe).Assembly.GetName().Name}.xml");
        try
        {
            return XDocument.Load(path).Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .ToDictionary(member => (string)member.Attribute("name")!, member => member.Element("summary")!);
        }
        catch (Exception e) when (e is IOException or XmlException)
        {
            return [];
        }
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element => $"`{((string?)element.Attribute("cref") is { } cref ? NameOf(cref) : element.Value)}`",
        _ => "",
    };

    /// <summary>The key of a property, or the name of an enum's value, as recipes spell them.</summary>
    private static string NameOf(string cref)
    {
        var member = cref[(cref.LastIndexOf('.') + 1)..];
        var type = typeof(Recipe).Assembly.GetType(cref[2..cref.LastIndexOf('.')]);
        return type is { IsEnum: true }
            ? EnumNames.Of(type).First(value => value.Value.ToString() == member).Names[0]
            : JsonNamingPolicy.SnakeCaseLower.ConvertName(member);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
