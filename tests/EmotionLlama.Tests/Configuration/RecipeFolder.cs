using EmotionLlama.Configuration;

namespace EmotionLlama.Tests.Configuration;

/// <summary>A folder for the recipe of one test.</summary>
internal sealed class RecipeFolder : IDisposable
{
    /// <summary>The least that a recipe needs.</summary>
    public const string Least = "model:\n  lora_r: 8\n";

    public string Path { get; } = Directory.CreateTempSubdirectory("recipe-").FullName;

    public string Recipe => In("recipe.yaml");

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public LoadedRecipe Read(string yaml, params string[] options)
    {
        File.WriteAllText(Recipe, yaml);
        return RecipeReader.Read(Recipe, options);
    }

    /// <summary>What is said about a recipe that is refused, without the folder.</summary>
    public string Refusal(string yaml, params string[] options)
    {
        var message = Assert.Throws<InputException>(() => Read(yaml, options)).Message;
        Assert.DoesNotContain('\n', message);
        return message.Replace(Path + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
