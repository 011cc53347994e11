using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Exporting;

/// <summary>Mistakes end in one line that says where and what, before anything is written.</summary>
public sealed class ExportMistakesTests : IDisposable
{
    private readonly TunedModel _tuned = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _tuned.Dispose();
    }

    [Fact]
    public void Nothing_that_was_trained()
    {
        var error = Refused(Request() with { Checkpoint = _tuned["eva.safetensors"] });
        Assert.Contains("holds nothing that was trained", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bare_file_of_an_adapter()
    {
        _tuned.Export(ExportFormat.Peft, "adapter");

        var error = Refused(Request() with { Checkpoint = _tuned["adapter/adapter_model.safetensors"] });
        Assert.Contains("name its folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExportFormat.Peft)]
    [InlineData(ExportFormat.Merged)]
    public void No_LoRA_matrices_to_make_an_adapter_of(ExportFormat format)
    {
        var checkpoint = _tuned.Save("p.pth", config: null, name => !name.Contains("lora", StringComparison.Ordinal));

        var error = Refused(Request() with { Checkpoint = checkpoint, Format = format });
        Assert.Contains("holds no LoRA matrices", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alpha_that_nothing_gives()
    {
        var checkpoint = _tuned.Save("bare.pth", config: null);

        var error = Refused(Request() with { Checkpoint = checkpoint, Format = ExportFormat.Peft });
        Assert.Contains("does not say LoRA's alpha", error, StringComparison.Ordinal);
        Assert.Contains("--lora-alpha", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_of_another_rank()
    {
        var error = Refused(Request() with { Recipe = Recipe(_tuned.Recipe with { LoraR = 8 }) });
        Assert.Matches(@"recipe\.yaml:\d+: model\.lora_r: is 8, .* have rank 4", error);
    }

    [Fact]
    public void A_recipe_of_another_alpha()
    {
        var error = Refused(Request() with { Recipe = Recipe(_tuned.Recipe with { LoraAlpha = 32 }) });
        Assert.Matches(@"recipe\.yaml:\d+: model\.lora_alpha: is 32, but .* says 6", error);
    }

    [Fact]
    public void Settings_of_another_rank()
    {
        var checkpoint = _tuned.Save("other.pth", new Dictionary<string, object?>
        {
            ["model"] = new Dictionary<string, object?> { ["lora_r"] = 64L },
        });

        Assert.Contains(
            "say rank 64, but its LoRA matrices have rank 4",
            Refused(Request() with { Checkpoint = checkpoint }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_a_pair_of_matrices()
    {
        var checkpoint = _tuned.Save(
            "half.pth", config: null, name => !name.EndsWith("mlp.down_proj.lora_B.weight", StringComparison.Ordinal));

        var error = Refused(Request() with { Checkpoint = checkpoint });
        Assert.Contains("down_proj.lora_B.weight` (which is missing)", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_with_different_projections_are_no_adapter_of_peft()
    {
        var checkpoint = _tuned.Save(
            "uneven.pth", config: null, name => !name.Contains("1.mlp.down_proj.lora", StringComparison.Ordinal));

        Assert.Contains(
            "different projections",
            Refused(Request() with { Checkpoint = checkpoint, Format = ExportFormat.Peft, LoraAlpha = 6 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_Llama_that_is_not_there()
    {
        Assert.Contains(
            "no such folder", Refused(Request() with { LlamaFolder = _tuned["nowhere"] }), StringComparison.Ordinal);
        var checkpoint = _tuned.Save("bare.pth", config: null);
        Assert.Contains(
            "name its folder with --llama",
            Refused(Request() with { Checkpoint = checkpoint, LoraAlpha = 6 }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExportFormat.Peft)]
    [InlineData(ExportFormat.Merged)]
    public void A_Llama_of_other_sizes(ExportFormat format)
    {
        var config = TinyModels.Config with { IntermediateSize = 64 };
        Directory.CreateDirectory(_tuned["other"]);
        File.WriteAllText(_tuned["other/config.json"], config.ToJson());
        using var weights = InMemoryWeights.ReadAll(TinyModels.LlamaWeights(config));
        SafetensorsWriter.Write(_tuned["other/model.safetensors"], weights);

        var error = Refused(Request() with { LlamaFolder = _tuned["other"], Format = format });
        Assert.Contains("mlp.down_proj.weight` has the shape [32, 64]", error, StringComparison.Ordinal);
        Assert.Contains("adapts one of [32, 48]", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quantized_Llama()
    {
        const string Name = "model.layers.0.self_attn.q_proj.weight";
        using (var weights = InMemoryWeights.ReadAll(TinyModels.LlamaWeights(TinyModels.Config)))
        {
            SafetensorsWriter.Write(
                Path.Combine(_tuned.Llama, "model.safetensors"),
                weights.ToDictionary(
                    item => item.Key, item => item.Key == Name ? item.Value.to(ScalarType.Int8) : item.Value));
        }

        Assert.Contains($"`{Name}` is quantized (int8)", Refused(Request()), StringComparison.Ordinal);
    }

    [Fact]
    public void Something_at_the_place_of_the_output()
    {
        Directory.CreateDirectory(_tuned["output"]);
        File.WriteAllText(_tuned["output/notes.txt"], "mine");
        foreach (var format in Enum.GetValues<ExportFormat>())
        {
            var error = Assert.Throws<InputException>(() =>
                TunedModel.Export(Request() with { Format = format })).Message;
            Assert.Contains("exists", error, StringComparison.Ordinal);
        }

        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.EnumerateFileSystemEntries(_tuned["output"]))));
        Assert.Contains(
            "is a file",
            Assert.Throws<InputException>(() =>
                TunedModel.Export(Request() with { Output = _tuned.Checkpoint })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Too_little_room()
    {
        var error = Assert.Throws<InputException>(() => DiskSpace.Need(_tuned["output"], long.MaxValue)).Message;
        Assert.StartsWith($"{_tuned["output"]}: takes 8192 PiB, but ", error, StringComparison.Ordinal);
        DiskSpace.Need(_tuned["output"], 1);
    }

    private ExportRequest Request() => new()
    {
        Checkpoint = _tuned.Checkpoint,
        Format = ExportFormat.Merged,
        Output = _tuned["output"],
    };

    private LoadedRecipe Recipe(ModelRecipe model)
    {
        RecipeWriter.Write(new Recipe { Model = model }, _tuned["recipe.yaml"]);
        return RecipeReader.Read(_tuned["recipe.yaml"]);
    }

    private static string Refused(ExportRequest request)
    {
        var error = Assert.Throws<InputException>(() => TunedModel.Export(request)).Message;
        Assert.DoesNotContain('\n', error);
        Assert.False(Path.Exists(request.Output));
        Assert.False(Path.Exists(request.Output + AtomicFile.UnfinishedSuffix));
        return error;
    }
}
