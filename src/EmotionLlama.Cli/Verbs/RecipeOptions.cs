using System.CommandLine;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options of verbs that read a recipe.</summary>
internal static class RecipeOptions
{
    /// <summary>The recipe, under the original's name for it.</summary>
    public static Option<string> Recipe() => new("--cfg-path")
    {
        Description = "The recipe.",
        HelpName = "FILE",
        Required = true,
    };

    /// <summary>A recipe that a verb can do without.</summary>
    /// <param name="purpose">What it is for.</param>
    public static Option<string?> OptionalRecipe(string purpose) => new("--cfg-path")
    {
        Description = purpose,
        HelpName = "FILE",
    };

    /// <summary>Values that replace those of the recipe, as in the original.</summary>
    public static Option<string[]> Overrides() => new("--options")
    {
        Description = "Values that replace those of the recipe, such as run.max_epoch=2.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };
}
