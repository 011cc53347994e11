using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Tests.Verification;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Exporting;

/// <summary>What is exported can be loaded again, and is the same.</summary>
public sealed class CheckpointExporterTests : IDisposable
{
    private readonly TunedModel _tuned = new();

    public void Dispose() => _tuned.Dispose();

    [Fact]
    public void An_adapter_of_peft_gives_the_same_trained_weights_bit_for_bit()
    {
        var report = _tuned.Export(ExportFormat.Peft, "adapter");

        AssertSameTrainedWeights(_tuned.Recipe with { Ckpt = _tuned["adapter"] });
        Assert.Equal(
            ["adapter_config.json", "adapter_model.safetensors", "emotion_llama_projections.safetensors"],
            report.Files.Select(file => file.Name));
        Assert.Contains("cls_tk_llama_proj, ln_vision", report.Files[2].Holds, StringComparison.Ordinal);
        Assert.Contains(report.Notes, note => note.Contains(PeftFolder.ProjectionsFile, StringComparison.Ordinal));
    }

    [Fact]
    public void An_adapter_has_the_names_and_settings_that_peft_expects()
    {
        _tuned.Export(ExportFormat.Peft, "adapter");

        using var file = SafetensorsFile.Open(Path.Combine(_tuned["adapter"], "adapter_model.safetensors"));
        Assert.Equal(2 * 4 * 2, file.Names.Count);
        Assert.All(file.Names, name =>
            Assert.Matches(@"^base_model\.model\.model\.layers\.[01]\.(self_attn|mlp)\.\w+\.lora_[AB]\.weight$", name));
        Assert.Equal([4, 32], file.ShapeOf("base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight"));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_tuned["adapter"], "adapter_config.json")))!;
        Assert.Equal("LORA", (string?)config["peft_type"]);
        Assert.Equal("CAUSAL_LM", (string?)config["task_type"]);
        Assert.Equal("none", (string?)config["bias"]);
        Assert.Equal(4, (int?)config["r"]);
        Assert.Equal("6", config["lora_alpha"]!.ToJsonString());
        Assert.Equal(0.25, (double?)config["lora_dropout"]);
        Assert.Equal(_tuned.Llama, (string?)config["base_model_name_or_path"]);
        Assert.Equal(TunedModel.Lora.Targets, config["target_modules"]!.AsArray().Select(target => (string)target!));
        Assert.Null(config["layers_to_transform"]);
    }

    [Fact]
    public void An_adapter_of_some_layers_names_them()
    {
        var some = _tuned.Save("some.pth", config: null, name => !name.Contains("layers.0.", StringComparison.Ordinal));

        TunedModel.Export(new ExportRequest
        {
            Checkpoint = some,
            Format = ExportFormat.Peft,
            Output = _tuned["adapter"],
            LoraAlpha = 6,
        });

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_tuned["adapter"], "adapter_config.json")))!;
        Assert.Equal("[1]", config["layers_to_transform"]!.ToJsonString());
        Assert.Null((string?)config["base_model_name_or_path"]);
    }

    [Fact]
    public void A_PyTorch_checkpoint_holds_the_trained_weights_and_LoRA_settings_alone()
    {
        _tuned.Export(ExportFormat.Pth, "plain.pth");

        AssertSameTrainedWeights(_tuned.Recipe with { Ckpt = _tuned["plain.pth"] });
        using var file = TorchCheckpoint.Open(_tuned["plain.pth"]);
        var root = Assert.IsType<OrderedDictionary<object, object?>>(file.Root);
        Assert.Equal(["model", "config"], root.Keys);
        Assert.Equal(6, StatedLora.Of(file).Alpha);
    }

    [Fact]
    public void From_an_adapter_back_to_a_checkpoint_nothing_is_lost()
    {
        _tuned.Export(ExportFormat.Peft, "adapter");
        _tuned.Export(ExportFormat.Pth, "back.pth", _tuned["adapter"]);
        _tuned.Export(ExportFormat.Peft, "again", _tuned["back.pth"]);

        AssertSameTrainedWeights(_tuned.Recipe with { Ckpt = _tuned["back.pth"] });
        foreach (var file in (string[])[PeftFolder.AdapterFile, PeftFolder.ProjectionsFile])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(_tuned["adapter"], file)),
                File.ReadAllBytes(Path.Combine(_tuned["again"], file)));
        }
    }

    [Fact]
    public void A_checkpoint_of_the_original_becomes_an_adapter()
    {
        var original = Path.Combine(ReferenceCopy.Committed, "checkpoint_2.pth");

        var report = TunedModel.Export(new ExportRequest
        {
            Checkpoint = original,
            Format = ExportFormat.Peft,
            Output = _tuned["adapter"],
            LoraAlpha = 16,
        });

        Assert.Equal(8, report.Lora!.Rank);
        using var before = TorchCheckpoint.Open(original);
        using var after = WeightSources.Open(_tuned["adapter"]);
        using var scope = NewDisposeScope();
        foreach (var name in before.Names)
            Samples.AssertSame(before.Read(name), after.Read(PeftNames.Normalize(name)));
    }

    [Fact]
    public void A_recipe_of_the_original_that_gives_no_alpha_means_that_of_its_code()
    {
        var original = _tuned.Save("original.pth", new Dictionary<string, object?>
        {
            ["model"] = new Dictionary<string, object?> { ["arch"] = "minigpt_v2" },
        });

        var report = _tuned.Export(ExportFormat.Peft, "adapter", original);

        Assert.Equal((16, 0.05), (report.Lora!.Alpha, report.Lora.Dropout));
    }

    [Fact]
    public void A_safetensors_file_takes_alpha_from_the_request()
    {
        using (var file = TorchCheckpoint.Open(_tuned.Checkpoint))
        using (var weights = InMemoryWeights.ReadAll(file))
            SafetensorsWriter.Write(_tuned["trained.safetensors"], weights);

        var report = TunedModel.Export(new ExportRequest
        {
            Checkpoint = _tuned["trained.safetensors"],
            Format = ExportFormat.Merged,
            Output = _tuned["merged"],
            LlamaFolder = _tuned.Llama,
            LoraAlpha = 6,
        });

        Assert.Equal(TunedModel.Lora with { Targets = report.Lora!.Targets, Dropout = 0 }, report.Lora);
    }

    [Fact]
    public void Projections_alone_can_be_a_PyTorch_checkpoint()
    {
        var projections = _tuned.Save(
            "projections.pth", config: null, name => !name.Contains("lora", StringComparison.Ordinal));

        var report = _tuned.Export(ExportFormat.Pth, "plain.pth", projections);

        Assert.Null(report.Lora);
        using var file = TorchCheckpoint.Open(_tuned["plain.pth"]);
        Assert.Equal(12, file.Names.Count);
    }

    private void AssertSameTrainedWeights(ModelRecipe recipe)
    {
        using var loaded = TunedModel.Build(recipe);
        Assert.True(loaded.HasVisionNorm);
        foreach (var (expected, actual) in _tuned.Model.TrainableParameters.Zip(loaded.TrainableParameters))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(
                expected.Value.detach().flatten().data<float>().ToArray(),
                actual.Value.detach().flatten().data<float>().ToArray());
        }
    }
}
