using System.CommandLine;
using EmotionLlama.Configuration;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options of <c>build-dataset</c>.</summary>
internal sealed class BuildDatasetOptionSet
{
    public Option<string> Clips { get; } = new("--clips")
    {
        Description = "The folder of clips: NAME.mp4 or another container.",
        HelpName = "FOLDER",
        Required = true,
    };

    public Option<string> OpenFace { get; } = new("--openface")
    {
        Description = "The folder of OpenFace tables with action units: NAME.csv.",
        HelpName = "FOLDER",
        Required = true,
    };

    public Option<string?> Transcripts { get; } = new("--transcripts")
    {
        Description = "What is said: CSV with name,sentence. [default: nobody knows]",
        HelpName = "FILE",
    };

    public Option<string?> Recipe { get; } = new("--cfg-path")
    {
        Description = "A recipe whose construction section says how to build.",
        HelpName = "FILE",
    };

    public Option<string[]> Overrides { get; } = RecipeOptions.Overrides();

    public Option<string?> Vision { get; } = Model("--vision", "The model that describes the peak frame");

    public Option<string?> Audio { get; } = Model("--audio", "The model that describes the voice");

    public Option<string?> Text { get; } = Model("--text", "The model that merges all clues");

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Say which calls it would take, show a prompt of each kind, and ask nothing.",
    };

    public Option<string> Output { get; } = new("--output")
    {
        Description = "The folder of annotations, report and the models' answers.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => Path.Combine("output", "dataset"),
    };

    public void AddTo(Command verb)
    {
        foreach (var option in (Option[])
        [
            Clips, OpenFace, Transcripts, Recipe, Overrides, Vision, Audio, Text, DryRun, Output,
        ])
        {
            verb.Add(option);
        }
    }

    /// <summary>What to build: as the recipe says, and the command line over it.</summary>
    public BuildDatasetOptions Read(ParseResult parsed)
    {
        var recipe = ReadRecipe(parsed);
        return new BuildDatasetOptions
        {
            ClipFolder = parsed.GetRequiredValue(Clips),
            OpenFaceFolder = parsed.GetRequiredValue(OpenFace),
            Transcripts = parsed.GetValue(Transcripts),
            OutputFolder = parsed.GetRequiredValue(Output),
            Recipe = recipe with
            {
                Vision = With(recipe.Vision, Vision, parsed),
                Audio = With(recipe.Audio, Audio, parsed),
                Text = With(recipe.Text, Text, parsed),
            },
        };
    }

    private ConstructionRecipe ReadRecipe(ParseResult parsed)
    {
        if (parsed.GetValue(Recipe) is { } path)
            return RecipeReader.Read(path, parsed.GetValue(Overrides) ?? []).Recipe.Construction;

        return parsed.GetResult(Overrides) is null
            ? new ConstructionRecipe()
            : throw new InputException("--options: changes a recipe; name it with --cfg-path");
    }

    private static EndpointRecipe With(EndpointRecipe recipe, Option<string?> option, ParseResult parsed)
    {
        if (parsed.GetValue(option) is not { } given)
            return recipe;

        // The name of a model may hold an @; an address may not.
        var at = given.LastIndexOf("@http", StringComparison.Ordinal);
        var (model, url) = at < 0 ? (given, recipe.BaseUrl) : (given[..at], given[(at + 1)..]);
        return model.Length > 0
            ? recipe with { Model = model, BaseUrl = url }
            : throw new InputException($"{option.Name} {given}: names no model; write MODEL@URL");
    }

    private static Option<string?> Model(string name, string what) => new(name)
    {
        Description = $"{what}, at an OpenAI-compatible endpoint. [default: construction.{name[2..]}]",
        HelpName = "MODEL[@URL]",
    };
}
