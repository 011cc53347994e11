using System.Text.Json.Nodes;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Exporting;

public sealed class MergedExportTests
{
    [Fact]
    public void Without_LoRA_the_merged_Llama_computes_what_Llama_and_LoRA_do()
    {
        using var tuned = new TunedModel();
        tuned.Export(ExportFormat.Merged, "merged");

        using var merged = TunedModel.Build(Merged(tuned));
        using var plain = TunedModel.Build(Merged(tuned) with { LlamaModel = tuned.Llama });
        using var scope = NewDisposeScope();
        var expected = TunedModel.Logits(tuned.Model, TunedModel.Tokens(40));
        Assert.InRange(TinyModels.Distance(expected, TunedModel.Logits(merged, TunedModel.Tokens(40))), 0, 1e-4);
        Assert.InRange(TinyModels.Distance(expected, TunedModel.Logits(plain, TunedModel.Tokens(40))), 0.1, 1e6);
        using var batch = TinyModels.Pack(tuned.Model, 1, 2, 3);
        Assert.Equal(tuned.Model.LossSum(batch).item<float>(), merged.LossSum(batch).item<float>(), 1e-3f);
    }

    [Fact]
    public void What_lies_beside_the_weights_is_copied()
    {
        using var tuned = new TunedModel();
        File.WriteAllText(Path.Combine(tuned.Llama, ".hidden"), "");
        File.WriteAllText(Path.Combine(tuned.Llama, "model.gguf"), "");

        var report = tuned.Export(ExportFormat.Merged, "merged");

        Assert.Equal(
            [
                "LICENSE.txt", "config.json", "emotion_llama_projections.safetensors",
                "model-00001-of-00001.safetensors", "model.safetensors.index.json", "tokenizer.model",
            ],
            Directory.EnumerateFiles(tuned["merged"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(6, report.Files.Count);
        foreach (var file in (string[])["config.json", "tokenizer.model", "LICENSE.txt"])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(tuned.Llama, file)),
                File.ReadAllBytes(Path.Combine(tuned["merged"], file)));
        }
    }

    [Theory]
    [InlineData(ScalarType.Float16, null)]
    [InlineData(ScalarType.BFloat16, null)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float16)]
    public void Sums_are_float32_and_stored_in_the_type_of_the_Llama_or_the_one_asked_for(
        ScalarType stored, ScalarType? asked)
    {
        using var tuned = new TunedModel(dtype: stored);
        TunedModel.Export(Request(tuned) with { DataType = asked });

        using var scope = NewDisposeScope();
        using var before = new HuggingFaceFolder(tuned.Llama);
        using var after = new HuggingFaceFolder(tuned["merged"]);
        using var checkpoint = TorchCheckpoint.Open(tuned.Checkpoint);
        Assert.Equal(before.Names.Order(), after.Names.Order());
        foreach (var name in before.Names)
        {
            var expected = before.Read(name).to(ScalarType.Float32);
            var module = "llama_model.base_model.model." + name[..^".weight".Length];
            if (checkpoint.ShapeOf($"{module}.lora_A.weight") is not null)
            {
                var (a, b) = (checkpoint.Read($"{module}.lora_A.weight"), checkpoint.Read($"{module}.lora_B.weight"));
                expected = expected.add(b.matmul(a), alpha: 1.5);
            }

            Samples.AssertSame(expected.to(asked ?? stored), after.Read(name));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(tuned["merged"], "config.json")))!;
        Assert.Equal(asked is null ? null : TorchTypes.Name(asked.Value), (string?)config["torch_dtype"]);
    }

    [Fact]
    public void Files_stay_below_their_limit_and_the_index_names_them_all()
    {
        using var tuned = new TunedModel();
        TunedModel.Export(Request(tuned) with { MaxShardBytes = 50_000 });

        var files = Directory.GetFiles(tuned["merged"], "model-*.safetensors");
        Assert.InRange(files.Length, 2, 10);
        Assert.Contains($"model-00001-of-{files.Length:00000}.safetensors", files.Select(Path.GetFileName));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 55_000));
        using var before = new HuggingFaceFolder(tuned.Llama);
        using var after = new HuggingFaceFolder(tuned["merged"]);
        Assert.Equal(before.Names, after.Names);
        var index = JsonNode.Parse(File.ReadAllText(tuned["merged/model.safetensors.index.json"]))!;
        Assert.Equal(before.Names.Sum(name => before.Describe(name)!.Bytes), (long?)index["metadata"]!["total_size"]);
    }

    [Fact]
    public void A_merged_Llama_can_be_merged_into_again()
    {
        using var tuned = new TunedModel();
        tuned.Export(ExportFormat.Merged, "merged");
        TunedModel.Export(Request(tuned) with { LlamaFolder = tuned["merged"], Output = tuned["twice"] });

        using var merged = new HuggingFaceFolder(tuned["merged"]);
        using var twice = new HuggingFaceFolder(tuned["twice"]);
        Assert.Equal(merged.Names, twice.Names);
    }

    [Fact]
    public void Stopping_leaves_nothing_behind()
    {
        using var tuned = new TunedModel();
        using var stop = new CancellationTokenSource();
        var progress = new StopAtFirst(stop);

        Assert.ThrowsAny<OperationCanceledException>(() =>
            CheckpointExporter.Export(Request(tuned), progress, stop.Token));

        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(tuned.Folder),
            path => Path.GetFileName(path).StartsWith("merged", StringComparison.Ordinal));
    }

    private static ExportRequest Request(TunedModel tuned) => new()
    {
        Checkpoint = tuned.Checkpoint,
        Format = ExportFormat.Merged,
        Output = tuned["merged"],
    };

    private static ModelRecipe Merged(TunedModel tuned) => tuned.Recipe with
    {
        LlamaModel = tuned["merged"],
        Ckpt = Path.Combine(tuned["merged"], PeftFolder.ProjectionsFile),
        LoraR = 0,
    };

    private sealed class StopAtFirst(CancellationTokenSource stop) : IProgress<string>
    {
        public void Report(string value) => stop.Cancel();
    }
}
