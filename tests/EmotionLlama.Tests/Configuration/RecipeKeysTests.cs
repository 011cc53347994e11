using EmotionLlama.Configuration;
using EmotionLlama.Configuration.Binding;

namespace EmotionLlama.Tests.Configuration;

public sealed class RecipeKeysTests
{
    private const string Begin =
        "<!-- keys: written by RecipeKeysTests, from the records in src/EmotionLlama/Configuration -->\n";

    [Fact]
    public void Every_key_has_a_meaning_a_value_and_a_default()
    {
        Assert.All(RecipeKeys.All, key => Assert.NotEmpty(key.Meaning));
        Assert.Equal(RecipeKeys.All.Count, RecipeKeys.All.Select(key => key.Key).Distinct().Count());
        Assert.Contains(
            new RecipeKey("run.max_epoch", "a whole number of 1 or more", "30", "Number of epochs."), RecipeKeys.All);
        Assert.Contains(
            RecipeKeys.All, key => key is { Key: "evaluation_datasets.*.eval_file_path", Default: null });
        Assert.Contains("`init_lr`", RecipeKeys.All.Single(key => key.Key == "run.warmup_lr").Meaning);
    }

    [Fact]
    public void No_key_of_ours_is_among_those_of_the_original_that_do_nothing()
    {
        Assert.DoesNotContain(RecipeKeys.All, key => OriginalKeys.ReasonToIgnore(key.Key, "x") is not null);
    }

    /// <summary>Set EMOTION_LLAMA_UPDATE_DOCS=1 to write the tables.</summary>
    [Fact]
    public void The_documentation_lists_the_keys_as_they_are()
    {
        var path = Path.Combine(SharedData.Repository, "docs", "recipes.md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var current = text[..start] + RecipeKeys.ToMarkdown();
        if (Environment.GetEnvironmentVariable("EMOTION_LLAMA_UPDATE_DOCS") == "1")
            File.WriteAllText(path, current);

        Assert.True(start > Begin.Length, $"{path} has no line '{Begin}'");
        Assert.Equal(current, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("warmup_step", "warmup_steps", 1)]
    [InlineData("ouptut", "output", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Misspellings_are_measured_in_typing_slips(string from, string to, int slips)
    {
        Assert.Equal(slips, Spelling.Distance(from, to));
        Assert.Equal(slips, Spelling.Distance(to, from));
    }
}
