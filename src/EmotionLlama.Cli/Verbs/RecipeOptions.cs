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

    /// <summary>Weights that replace those of the recipe.</summary>
    public static Option<string?> Checkpoint() => new("--ckpt")
    {
        Description = "The tuned weights, in place of the recipe's model.ckpt.",
        HelpName = "FILE",
    };

    /// <summary>The values that replace those of the recipe, the weights among them.</summary>
    public static IReadOnlyList<string> WithCheckpoint(
        ParseResult parsed, Option<string[]> overrides, Option<string?> checkpoint)
    {
        var given = parsed.GetValue(overrides) ?? [];
        if (parsed.GetValue(checkpoint) is not { } weights)
            return given;

        // The original's options may be pairs of key and value, and then all are.
        return given.Length > 0 && !given[0].Contains('=', StringComparison.Ordinal)
            ? [.. given, "model.ckpt", weights]
            : [.. given, $"model.ckpt={weights}"];
    }
}
