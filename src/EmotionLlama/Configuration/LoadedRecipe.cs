namespace EmotionLlama.Configuration;

/// <summary>A recipe and the file it was read from.</summary>
public sealed class LoadedRecipe
{
    private readonly IReadOnlyDictionary<string, string> _places;

    internal LoadedRecipe(
        string path, Recipe recipe, IReadOnlyList<string> notes, IReadOnlyDictionary<string, string> places)
    {
        Path = path;
        Recipe = recipe;
        Notes = notes;
        _places = places;
    }

    /// <summary>The file, as it was given.</summary>
    public string Path { get; }

    /// <summary>What it says.</summary>
    public Recipe Recipe { get; }

    /// <summary>Keys of the original project that were accepted and do nothing, each a line with its place and the
    /// reason.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Where a key stands, for messages about its value: <c>FILE:LINE</c>, or the option of the command line
    /// that set it. A key that was left out stands where its section does.</summary>
    /// <param name="key">The full name with dots, such as <c>model.ckpt</c>.</param>
    public string PlaceOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var name = key; name.Length > 0; name = name[..Math.Max(name.LastIndexOf('.'), 0)])
        {
            if (_places.TryGetValue(name, out var place))
                return place;
        }

        return Path;
    }
}
