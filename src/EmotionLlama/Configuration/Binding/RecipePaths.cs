namespace EmotionLlama.Configuration.Binding;

/// <summary>Says which file a path in a recipe means.</summary>
internal static class RecipePaths
{
    /// <summary>Expands <c>~</c>. A relative path stays as it is, so that it counts from the working directory, unless
    /// it leads to something only from the recipe's own folder.</summary>
    public static string Resolve(string path, PathKind kind, string recipe)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            return Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        if (kind == PathKind.Output || Path.IsPathRooted(path) || Path.Exists(path))
            return path;

        var beside = Path.Combine(Path.GetDirectoryName(recipe) ?? "", path);
        return Path.Exists(beside) ? beside : path;
    }
}
