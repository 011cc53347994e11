using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EmotionLlama.Configuration.Binding;

/// <summary>The YAML of a recipe, with overrides from the command line put in, and where each part of it
/// stands.</summary>
internal sealed class RecipeDocument
{
    // Recipes nest five deep; a file that nests without end would overflow the stack.
    private const int DeepestNesting = 32;
    private const int LargestFile = 1 << 20;

    private readonly Dictionary<YamlNode, string> _moved = new(ReferenceEqualityComparer.Instance);

    private RecipeDocument(string path, string text)
    {
        Path = path;
        Root = Parse(text, path) switch
        {
            YamlMappingNode root => root,
            null => throw new InputException($"{path}: is empty; a recipe has the sections model, datasets and run"),
            var other => throw new InputException(
                $"{PlaceOf(other)}: a recipe has the sections model, datasets and run, each as 'name:'"),
        };
    }

    /// <summary>The recipe's file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The whole recipe.</summary>
    public YamlMappingNode Root { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file is missing, is no UTF-8 text or no YAML.</exception>
    public static RecipeDocument Load(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder; name the recipe, a YAML file");
        if (!File.Exists(path))
            throw new InputException($"{path}: no such file; name the recipe, a YAML file");

        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new InputException($"{path}: is larger than 1 MiB, so it is no recipe");

            var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return new RecipeDocument(path, File.ReadAllText(path, utf8));
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"{path}: is not UTF-8 text, so it is no recipe", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Where a node stands: <c>FILE:LINE</c>, or the option that gave it.</summary>
    public string PlaceOf(YamlNode node) =>
        _moved.TryGetValue(node, out var place) ? place : $"{Path}:{node.Start.Line}";

    /// <summary>Lets a node that was made here stand where another does.</summary>
    public TNode At<TNode>(YamlNode origin, TNode made)
        where TNode : YamlNode
    {
        _moved[made] = PlaceOf(origin);
        return made;
    }

    /// <summary>Puts <c>key.key=value</c> from the command line over what the file says.</summary>
    /// <exception cref="InputException">The option is no assignment, its value is no YAML, or it leads through a value
    /// that is no section.</exception>
    public void Override(string option)
    {
        var place = $"--options {option}";
        if (option.Split('=', 2) is not [{ Length: > 0 } key, var text])
            throw new InputException($"{place}: must be key=value, such as run.max_epoch=2");

        var value = Parse(text, place) ?? new YamlScalarNode("");
        foreach (var node in value.AllNodes)
            _moved[node] = place;

        var names = key.Split('.');
        var section = Root;
        foreach (var name in names[..^1])
        {
            if (!section.Children.TryGetValue(name, out var child) || ScalarText.IsNull(child))
                section.Children[Key(name)] = child = Moved(new YamlMappingNode());

            section = child as YamlMappingNode
                ?? throw new InputException($"{place}: '{name}' is no section with keys; give its whole value");
        }

        // The key is replaced too, because it is what mistakes are located by.
        section.Children.Remove(names[^1]);
        section.Children[Key(names[^1])] = value;

        YamlScalarNode Key(string name) => Moved(new YamlScalarNode(name));

        TNode Moved<TNode>(TNode node)
            where TNode : YamlNode
        {
            _moved[node] = place;
            return node;
        }
    }

    private static YamlNode? Parse(string text, string place)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            for (var depth = 0; parser.MoveNext(); depth += parser.Current!.NestingIncrease)
            {
                if (depth > DeepestNesting)
                    throw new InputException($"{At(parser.Current!.Start)}: nests deeper than any recipe does");
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => null,
                1 => stream.Documents[0].RootNode,
                _ => throw new InputException($"{At(stream.Documents[1].RootNode.Start)}: a second YAML document; "
                    + "a recipe is one, without '---' lines inside"),
            };
        }
        catch (YamlException e)
        {
            throw new InputException(TabbedLine(text) is { } line
                ? $"{At(new Mark(0, line, 1))}: not valid YAML: indented by a tab; use spaces"
                : $"{At(e.Start)}: not valid YAML: {Sentence(e.Message)}", e);
        }
        catch (InvalidOperationException e)
        {
            // What YamlDotNet throws for a key inside brackets that are never closed.
            var last = parser.Current?.End ?? Mark.Empty;
            throw new InputException($"{At(last)}: not valid YAML: a bracket is not closed", e);
        }

        string At(Mark mark) => place.StartsWith("--", StringComparison.Ordinal) ? place : $"{place}:{mark.Line}";
    }

    private static int? TabbedLine(string text)
    {
        var index = Array.FindIndex(text.Split('\n'), line => line[..^line.TrimStart().Length].Contains('\t'));
        return index < 0 ? null : index + 1;
    }

    private static string Sentence(string message)
    {
        var line = message.ReplaceLineEndings(" ").TrimEnd('.');
        return line.Length > 0 ? char.ToLowerInvariant(line[0]) + line[1..] : line;
    }
}
