namespace EmotionLlama.Tests.Configuration;

public sealed class RecipeOptionTests : IDisposable
{
    private const string Yaml = """
        model: {lora_r: 8}
        datasets:
          clips:
            build_info: {ann_path: /a.txt}
        run:
          max_epoch: 30
          stages: []
        """;

    private readonly RecipeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Options_replace_what_the_file_says()
    {
        var recipe = _folder.Read(Yaml, "run.max_epoch=2", "datasets.clips.build_info.ann_path=/x=y.txt").Recipe;

        Assert.Equal(2, recipe.Run.MaxEpoch);
        Assert.Equal("/x=y.txt", recipe.Datasets["clips"].BuildInfo.AnnPath);
        Assert.Equal(8, recipe.Model.LoraR);
    }

    [Fact]
    public void Options_add_sections_that_the_file_lacks()
    {
        var recipe = _folder.Read(Yaml, "evaluation_datasets.test={eval_file_path: /t.txt, img_path: /t}",
            "datasets.more.batch_size=4").Recipe;

        Assert.Equal("/t.txt", recipe.EvaluationDatasets["test"].EvalFilePath);
        Assert.Equal(4, recipe.Datasets["more"].BatchSize);
    }

    [Fact]
    public void Options_may_be_lists_and_null()
    {
        var model = _folder.Read(Yaml, "model.lora_target_modules=[k_proj, o_proj]", "model.ckpt=").Recipe.Model;

        Assert.Equal(["k_proj", "o_proj"], model.LoraTargetModules);
        Assert.Null(model.Ckpt);
    }

    [Fact]
    public void Key_and_value_may_be_two_words_as_in_the_original()
    {
        var run = _folder.Read(Yaml, "run.max_epoch", "3", "run.seed", "7").Recipe.Run;

        Assert.Equal((3, 7L), (run.MaxEpoch, run.Seed));
    }

    [Theory]
    [InlineData("run.max_epochs=2", "unknown key 'run.max_epochs'; did you mean 'max_epoch'?")]
    [InlineData("run.max_epoch=many", "run.max_epoch must be a whole number of 1 or more, not 'many'")]
    [InlineData("run.max_epoch.x=1", "'max_epoch' is no section with keys; give its whole value")]
    [InlineData("run.stages.0=1", "'stages' is no section with keys; give its whole value")]
    [InlineData("=3", "must be key=value, such as run.max_epoch=2")]
    [InlineData("run.device=[", "not valid YAML")]
    public void A_mistake_in_an_option_names_the_option(string option, string message)
    {
        Assert.StartsWith($"--options {option}: {message}", _folder.Refusal(Yaml, option));
    }

    [Fact]
    public void A_lone_word_is_no_option()
    {
        Assert.Equal(
            "--options run.seed: must be key=value, such as run.max_epoch=2", _folder.Refusal(Yaml, "run.seed"));
    }
}
