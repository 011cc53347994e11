using System.Text.Json;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Tests.Models;
using static TorchSharp.torch;

namespace EmotionLlama.Tests.Checkpoints.Exporting;

/// <summary>Writes a folder for <c>tests/reference/exports.py</c>, which loads each export with PyTorch, transformers
/// and peft and compares logits. Where the variable <see cref="FolderVariable"/> names a new folder, it is kept there.
/// </summary>
public sealed class ExportSamplesTests
{
    private const string FolderVariable = "EMOTION_LLAMA_EXPORT_SAMPLES";

    [Fact]
    public void Samples_for_PyTorch_hold_every_export_and_our_logits()
    {
        var asked = Environment.GetEnvironmentVariable(FolderVariable);
        using var temporary = new TemporaryFolder();
        var folder = asked is { Length: > 0 } ? asked : temporary["samples"];
        if (Directory.Exists(folder))
            Assert.Fail($"{FolderVariable}: {folder} exists; name a new folder");

        using var tuned = new TunedModel(folder);
        foreach (var (format, name) in (ReadOnlySpan<(ExportFormat, string)>)
            [(ExportFormat.Peft, "peft"), (ExportFormat.Merged, "merged"), (ExportFormat.Pth, "exported.pth")])
        {
            TunedModel.Export(new ExportRequest
            {
                Checkpoint = tuned.Checkpoint,
                Format = format,
                Output = tuned[name],
            });
        }

        // Paths of this machine mean nothing on the one that reads it.
        var config = PeftConfig.Read(tuned["peft/adapter_config.json"]);
        File.WriteAllText(tuned["peft/adapter_config.json"], (config with { BaseModel = "llama" }).ToJson());
        WriteLogits(tuned);

        using var expected = JsonDocument.Parse(File.ReadAllBytes(tuned["logits.json"]));
        var logits = expected.RootElement.GetProperty("logits");
        Assert.Equal(2, logits.GetArrayLength());
        Assert.Equal(60, logits[1].GetArrayLength());
        Assert.Equal(TinyModels.Config.VocabularySize, logits[1][59].GetArrayLength());
        foreach (var path in (string[])
            ["llama", "peft", "merged", "exported.pth", TunedModel.CheckpointName, "logits.json"])
        {
            Assert.True(Path.Exists(tuned[path]), path);
        }
    }

    private static void WriteLogits(TunedModel tuned)
    {
        using var scope = NewDisposeScope();
        long[][] tokenIds = [TunedModel.Tokens(7), TunedModel.Tokens(60, seed: 5)];
        var logits = tokenIds.Select(ids => TunedModel.Logits(tuned.Model, ids)).ToList();
        File.WriteAllText(tuned["logits.json"], JsonSerializer.Serialize(new
        {
            token_ids = tokenIds,
            logits = logits.Select(rows => Enumerable.Range(0, (int)rows.shape[0])
                .Select(i => rows[i].data<float>().ToArray())),
        }));
    }
}
