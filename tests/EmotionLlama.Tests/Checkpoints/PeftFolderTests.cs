using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Tests.Checkpoints.Exporting;

namespace EmotionLlama.Tests.Checkpoints;

/// <summary>An adapter's folder as <c>model.ckpt</c>.</summary>
public sealed class PeftFolderTests : IDisposable
{
    private readonly TunedModel _tuned = new();

    public PeftFolderTests() => _tuned.Export(ExportFormat.Peft, "adapter");

    public void Dispose() => _tuned.Dispose();

    [Fact]
    public void Its_names_are_those_of_a_checkpoint()
    {
        using var checkpoint = TorchCheckpoint.Open(_tuned.Checkpoint);
        using var folder = WeightSources.Open(_tuned["adapter"]);

        Assert.Equal(checkpoint.Names.Order(), folder.Names.Order());
        Assert.All(folder.Names, name => Assert.Equal(checkpoint.Describe(name), folder.Describe(name), Same));
    }

    [Fact]
    public void A_recipe_may_name_it()
    {
        RecipeWriter.Write(
            new Recipe { Model = _tuned.Recipe with { Ckpt = _tuned["adapter"] } }, _tuned["recipe.yaml"]);

        RecipeFiles.CheckModel(RecipeReader.Read(_tuned["recipe.yaml"]));
    }

    [Fact]
    public void Without_projections_they_start_fresh()
    {
        File.Delete(_tuned[$"adapter/{PeftFolder.ProjectionsFile}"]);
        ModelLoadReport? report = null;

        using var model = ModelFactory.Build(
            _tuned.Recipe with { Ckpt = _tuned["adapter"] },
            TorchSharp.torch.CPU,
            TorchSharp.torch.ScalarType.Float32,
            loaded => report = loaded,
            TestContext.Current.CancellationToken);

        var trained = report!.Files[^1];
        Assert.Equal((16, 10), (trained.Taken.Count, trained.Missing.Count));
        Assert.Contains(
            "10 missing, which stay fresh: llama_proj (2), feats_llama_proj1 (2)",
            trained.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_would_scale_it_otherwise_is_refused()
    {
        var recipe = _tuned.Recipe with { Ckpt = _tuned["adapter"] };
        foreach (var wrong in (ModelRecipe[])
            [recipe with { LoraAlpha = 16 }, recipe with { LoraR = 0 }, recipe with { LoraTargetModules = ["q_proj"] }])
        {
            var error = Assert.Throws<InputException>(() => ModelFactory.OpenCheckpoint(wrong)).Message;
            Assert.EndsWith(
                "set model.lora_r: 4, model.lora_alpha: 6, "
                    + "model.lora_target_modules: [q_proj, v_proj, o_proj, down_proj]",
                error,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("use_rslora", "true")]
    [InlineData("bias", "\"all\"")]
    [InlineData("modules_to_save", """["lm_head"]""")]
    [InlineData("rank_pattern", """{"q_proj": 8}""")]
    public void An_adapter_that_means_more_than_LoRA_is_refused(string key, string value)
    {
        Edit(key, value);

        var error = Assert.Throws<InputException>(() => WeightSources.Open(_tuned["adapter"])).Message;
        Assert.Equal($"{_tuned["adapter"]}: adapter_config.json sets {key}, which is not supported", error);
    }

    [Fact]
    public void An_adapter_of_another_method_is_refused()
    {
        Edit("peft_type", "\"IA3\"");

        var error = Assert.Throws<InputException>(() => WeightSources.Open(_tuned["adapter"])).Message;
        Assert.Contains("peft_type is \"IA3\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_is_not_that_of_the_matrices_is_refused()
    {
        Edit("r", "8");

        var error = Assert.Throws<InputException>(() => WeightSources.Open(_tuned["adapter"])).Message;
        Assert.Contains("gives the rank 8, but `base_model.model.model.layers.0", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_read_as_they_were_written()
    {
        var config = new PeftConfig
        {
            Lora = TunedModel.Lora with { Alpha = 2.5 },
            BaseModel = "llama",
            Layers = [1, 2],
        };
        File.WriteAllText(_tuned["config.json"], config.ToJson());

        var read = PeftConfig.Read(_tuned["config.json"]);

        Assert.Equal(2.5, read.Lora.Alpha);
        Assert.Equal(0.25, read.Lora.Dropout);
        Assert.Equal(config.Lora.Targets, read.Lora.Targets);
        Assert.Equal("llama", read.BaseModel);
        Assert.Equal([1, 2], read.Layers);
        Assert.Null(read.Unsupported);
    }

    private static bool Same(TensorDescription? one, TensorDescription? other) =>
        one!.Name == other!.Name && one.DataType == other.DataType && one.Shape.SequenceEqual(other.Shape);

    private void Edit(string key, string value)
    {
        var path = _tuned["adapter/adapter_config.json"];
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
    }
}
