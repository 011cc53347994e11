using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Checkpoints.Pickling;
using EmotionLlama.Tests.Checkpoints.Exporting;
using EmotionLlama.Tests.Models;
using EmotionLlama.Tests.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Inspection;

public sealed class WeightInspectorTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_safetensors_file_shows_its_tensors_and_texts()
    {
        SafetensorsWriter.Write(
            _folder["a.safetensors"],
            new Dictionary<string, Tensor> { ["x"] = zeros(2, 3), ["y"] = zeros(4, ScalarType.BFloat16) },
            new Dictionary<string, string> { ["format"] = "pt" });

        var report = WeightInspector.Inspect(_folder["a.safetensors"]);

        Assert.Equal(StoredKind.Safetensors, report.Kind);
        Assert.Equal(["x float32 [2, 3] 24", "y bfloat16 [4] 8"], report.Tensors.Select(Describe));
        Assert.Equal(10, report.Parameters);
        Assert.Equal(new Dictionary<string, long> { ["float32"] = 6, ["bfloat16"] = 4 }, report.ParametersByType);
        Assert.Equal(new FileInfo(_folder["a.safetensors"]).Length, report.Bytes);
        Assert.Equal("pt", report.Metadata["format"]);
        Assert.Empty(report.Uses);
    }

    [Fact]
    public void A_type_that_cannot_be_read_keeps_the_name_the_file_gives_it()
    {
        var header = """{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"""u8;
        _folder.Write("a.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0]);

        Assert.Equal("x F8_E4M3 [2] 2", Describe(WeightInspector.Inspect(_folder["a.safetensors"]).Tensors[0]));
    }

    [Fact]
    public void A_checkpoint_of_the_original_is_a_starting_point()
    {
        var report = WeightInspector.Inspect(Path.Combine(ReferenceCopy.Committed, "checkpoint_0.pth"));

        Assert.Equal(StoredKind.TorchZip, report.Kind);
        Assert.Equal([WeightUse.StartingPoint], report.Uses);
        Assert.Equal([8L], report.Lora!.Ranks);
        Assert.Equal(["q_proj", "v_proj"], report.Lora.Targets);
        Assert.Equal(2, report.Lora.Layers);
        Assert.Equal(5, report.Projections.Count);
        Assert.Contains(report.Missing, line => line.StartsWith("ln_vision", StringComparison.Ordinal));
        Assert.Contains(report.Missing, line => line.StartsWith("the exact state", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_of_a_run_shows_its_epoch_optimizer_and_settings()
    {
        var report = WeightInspector.Inspect(SharedData.Require("parity", "checkpoint_2.pth"));

        Assert.Equal(2, report.Epoch);
        Assert.Equal(18, report.OptimizerStates);
        Assert.Equal(["model", "optimizer", "config", "scaler", "epoch"], report.Entries);
        Assert.Equal(0.05, report.Config!["run"]!["weight_decay"]!.GetValue<double>());
    }

    [Fact]
    public void A_checkpoint_in_the_old_format_shows_the_same()
    {
        var file = new LegacyFile
        {
            Root = new Dictionary<string, object> { ["llama_proj.weight"] = new LegacyTensor("0", 4, [2, 2], [2, 1]) },
            Storages = new() { ["0"] = [1, 2, 3, 4] },
        };

        var report = WeightInspector.Inspect(_folder.Write("old.pth", file.ToArray()));

        Assert.Equal(StoredKind.TorchLegacy, report.Kind);
        Assert.Equal(["llama_proj.weight float32 [2, 2] 16"], report.Tensors.Select(Describe));
    }

    [Fact]
    public void A_checkpoint_of_ours_can_be_resumed()
    {
        using var model = TinyModels.Create();
        TorchCheckpointWriter.Save(_folder["ours.pth"], new Dictionary<string, object?>
        {
            ["model"] = model.TrainableParameters.ToDictionary(weight => weight.Name, weight => (object?)weight.Value),
            ["config"] = new Dictionary<string, object?>
            {
                ["run"] = new List<object?> { 1L, double.NaN, null, new PythonTuple("a", true) },
            },
            ["emotion_llama_state"] = new Dictionary<string, object?>(),
        });

        var report = WeightInspector.Inspect(_folder["ours.pth"]);

        Assert.Equal([WeightUse.StartingPoint, WeightUse.Resume], report.Uses);
        Assert.Equal([4L], report.Lora!.Ranks);
        Assert.Equal("""{"run":[1,"NaN",null,["a",true]]}""", report.Config!.ToJsonString());
        Assert.DoesNotContain(report.Missing, line => line.Contains("exact state", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_starting_point_lacks_is_named()
    {
        SafetensorsWriter.Write(_folder["a.safetensors"], new Dictionary<string, Tensor>
        {
            ["llama_proj.weight"] = zeros(2, 3),
            ["llama_proj.bias"] = zeros(2),
            ["cls_tk_llama_proj.weight"] = zeros(2, 3),
        });

        var report = WeightInspector.Inspect(_folder["a.safetensors"]);

        Assert.Equal([WeightUse.StartingPoint], report.Uses);
        Assert.Equal(["llama_proj"], report.Projections);
        Assert.Null(report.Lora);
        Assert.Contains("LoRA matrices: they start fresh", report.Missing);
        Assert.Contains("cls_tk_llama_proj: it starts fresh", report.Missing);
    }

    [Fact]
    public void A_vision_tower_is_recognized_and_a_hole_in_it_named()
    {
        using var weights = InMemoryWeights.ReadAll(TinyModels.VisionWeights());
        SafetensorsWriter.Write(_folder["whole.safetensors"], weights);
        SafetensorsWriter.Write(
            _folder["hole.safetensors"], weights.Where(weight => weight.Key != "blocks.0.mlp.fc2.bias"));

        Assert.Equal([WeightUse.VisionTower], WeightInspector.Inspect(_folder["whole.safetensors"]).Uses);
        var report = WeightInspector.Inspect(_folder["hole.safetensors"]);
        Assert.Empty(report.Uses);
        Assert.Equal(["blocks.0.mlp.fc2.bias: the vision tower is incomplete"], report.Missing);
    }

    [Fact]
    public void A_name_that_claims_a_billion_blocks_costs_nothing()
    {
        SafetensorsWriter.Write(_folder["a.safetensors"], new Dictionary<string, Tensor>
        {
            ["patch_embed.proj.weight"] = zeros(4, 3, 2, 2),
            ["blocks.999999999.norm1.weight"] = zeros(4),
        });

        Assert.InRange(WeightInspector.Inspect(_folder["a.safetensors"]).Missing.Count, 1, 100);
    }

    [Fact]
    public void A_folder_with_all_that_a_Llama_needs_can_be_one()
    {
        var report = WeightInspector.Inspect(Path.Combine(ReferenceCopy.Committed, "llama"));

        Assert.Equal(StoredKind.HuggingFaceFolder, report.Kind);
        Assert.Equal([WeightUse.Llama], report.Uses);
        Assert.Empty(report.Missing);
        Assert.Equal(21, report.Tensors.Count);
        Assert.Equal("llama", report.Config!["model_type"]!.GetValue<string>());
    }

    [Fact]
    public void What_a_Llama_folder_lacks_is_named()
    {
        using var weights = InMemoryWeights.ReadAll(TinyModels.LlamaWeights(TinyModels.Config));
        SafetensorsWriter.Write(
            _folder["model.safetensors"], weights.Where(weight => weight.Key != "model.norm.weight"));

        Assert.Contains(Missing(), line => line.StartsWith("tokenizer.model", StringComparison.Ordinal));
        Assert.Contains(Missing(), line => line.StartsWith("a config.json", StringComparison.Ordinal));

        File.WriteAllText(_folder["config.json"], (TinyModels.Config with { IntermediateSize = 7 }).ToJson());
        Assert.Contains("model.norm.weight: the Llama is incomplete", Missing());
        Assert.Contains(
            "model.layers.0.mlp.gate_proj.weight of the shape [7, 32], as config.json says; it is [48, 32]", Missing());

        File.WriteAllText(_folder["config.json"], (TinyModels.Config with { Layers = 1_000_000_000 }).ToJson());
        Assert.Contains(Missing(), line => line.StartsWith("most of the 1000000000 layers", StringComparison.Ordinal));

        IReadOnlyList<string> Missing()
        {
            var report = WeightInspector.Inspect(_folder.Path);
            Assert.Empty(report.Uses);
            return report.Missing;
        }
    }

    [Fact]
    public void An_adapter_of_peft_is_recognized()
    {
        File.WriteAllText(_folder["adapter_config.json"], """{"r": 4, "target_modules": ["q_proj"]}""");
        SafetensorsWriter.Write(_folder["adapter_model.safetensors"], new Dictionary<string, Tensor>
        {
            ["base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight"] = zeros(4, 8),
            ["base_model.model.model.layers.3.self_attn.q_proj.lora_B.weight"] = zeros(8, 4),
        });

        var report = WeightInspector.Inspect(_folder.Path);

        Assert.Equal(StoredKind.PeftFolder, report.Kind);
        Assert.Equal((4L, "q_proj", 1), (report.Lora!.Ranks[0], report.Lora.Targets[0], report.Lora.Layers));
        Assert.Equal(4, report.Config!["r"]!.GetValue<int>());
        Assert.Equal("base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight", report.Tensors[0].Name);
        Assert.Equal([WeightUse.StartingPoint], report.Uses);
        Assert.Contains("llama_proj: it starts fresh", report.Missing);
    }

    [Fact]
    public void An_adapter_that_cannot_be_used_here_says_why()
    {
        File.WriteAllText(_folder["adapter_config.json"], """{"r": 4, "use_dora": true}""");
        SafetensorsWriter.Write(_folder["adapter_model.safetensors"], new Dictionary<string, Tensor>
        {
            ["base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight"] = zeros(4, 8),
        });

        var report = WeightInspector.Inspect(_folder.Path);

        Assert.Empty(report.Uses);
        Assert.Equal(["adapter_config.json sets use_dora, which is not supported"], report.Missing);
    }

    [Fact]
    public void Each_export_says_what_it_is_and_what_it_needs()
    {
        using var tuned = new TunedModel();
        foreach (var format in Enum.GetValues<ExportFormat>())
            tuned.Export(format, $"{format}");

        var adapter = WeightInspector.Inspect(tuned["Peft"]);
        Assert.Equal((StoredKind.PeftFolder, 28), (adapter.Kind, adapter.Tensors.Count));
        Assert.Equal([WeightUse.StartingPoint], adapter.Uses);
        Assert.Equal(5, adapter.Projections.Count);
        Assert.Contains(adapter.Missing, line => line.StartsWith("the exact state", StringComparison.Ordinal));
        Assert.Contains($"it adapts the Llama {tuned.Llama}", adapter.Notes);
        Assert.Contains(adapter.Notes, line => line.Contains("model.lora_alpha: 6", StringComparison.Ordinal));

        var merged = WeightInspector.Inspect(tuned["Merged"]);
        Assert.Equal([WeightUse.Llama], merged.Uses);
        Assert.Contains(merged.Notes, line => line.Contains("model.lora_r: 0", StringComparison.Ordinal));

        var checkpoint = WeightInspector.Inspect(tuned["Pth"]);
        Assert.Equal((StoredKind.TorchZip, 28), (checkpoint.Kind, checkpoint.Tensors.Count));
        Assert.Equal([WeightUse.StartingPoint], checkpoint.Uses);
        Assert.Equal(["its settings say model.lora_alpha: 6"], checkpoint.Notes);

        var bare = WeightInspector.Inspect(tuned.Save("bare.pth", config: null));
        Assert.Contains(bare.Missing, line => line.StartsWith("LoRA's alpha", StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_json_beside_weights_is_an_error_that_names_it()
    {
        File.WriteAllText(_folder["adapter_config.json"], "{");
        SafetensorsWriter.Write(
            _folder["adapter_model.safetensors"], new Dictionary<string, Tensor> { ["x"] = ones(1) });

        Assert.StartsWith(
            $"{_folder["adapter_config.json"]}: not JSON",
            Assert.Throws<InputException>(() => WeightInspector.Inspect(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_JSON_however_deep_its_settings_are()
    {
        object? deep = 1L;
        for (var i = 0; i < 150; i++)
            deep = new List<object?> { deep };

        TorchCheckpointWriter.Save(_folder["deep.pth"], new Dictionary<string, object?> { ["config"] = deep });

        var json = JsonSerializer.Serialize(WeightInspector.Inspect(_folder["deep.pth"]));
        Assert.Contains("\\u2026", json, StringComparison.Ordinal);
    }

    private static string Describe(TensorDescription tensor) =>
        $"{tensor.Name} {tensor.DataType} [{string.Join(", ", tensor.Shape)}] {tensor.Bytes}";
}
