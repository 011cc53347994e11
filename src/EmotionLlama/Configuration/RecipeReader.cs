using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Configuration;

/// <summary>Reads recipes: YAML in the shape of the original project's, every key and value of it checked.</summary>
public static class RecipeReader
{
    /// <summary>Reads a recipe. Files that it names are not looked at; <see cref="RecipeFiles"/> does that.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="options">Values that replace those of the file, as in the original's <c>--options</c>: each
    /// <c>key=value</c> with the key in dots (<c>run.max_epoch=2</c>) and the value in YAML, or key and value as two
    /// entries.</param>
    /// <exception cref="InputException">The file is no YAML, a key is unknown or missing, a value is of the wrong type
    /// or impossible; the message names the file, the line and the key.</exception>
    public static LoadedRecipe Read(string path, IReadOnlyList<string> options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        var document = RecipeDocument.Load(path);
        foreach (var option in InPairs(options))
            document.Override(option);

        var binder = new RecipeBinder(document);
        var loaded = new LoadedRecipe(path, binder.Bind(), binder.Notes, binder.Places);
        RecipeValidator.Check(loaded);
        return loaded;
    }

    /// <summary>Reads a recipe as it is.</summary>
    /// <exception cref="InputException">As for the other overload.</exception>
    public static LoadedRecipe Read(string path) => Read(path, []);

    private static IEnumerable<string> InPairs(IReadOnlyList<string> options) =>
        options.Count > 0 && !options[0].Contains('=', StringComparison.Ordinal)
            ? options.Chunk(2).Select(pair => string.Join('=', pair))
            : options;
}
