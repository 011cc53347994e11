using System.Text.Json;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Tests.Cli;

/// <summary>A model of random weights goes from disk through the whole program.</summary>
[Collection(SharedGenerator.Name)]
public sealed class MakeRandomVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_made_loads_and_the_loading_is_measured()
    {
        var made = await CliRun.Of("make-random", "--preset", "miniature", "--output", _folder["set"], "--json");
        Assert.Equal((0, ""), (made.Code, made.Error));
        var files = JsonDocument.Parse(made.Output).RootElement;
        var recipe = _folder["recipe.yaml"];
        File.WriteAllText(recipe, $"""
            model:
              llama_model: {files.GetProperty("llama_folder").GetString()}
              vit_model: {files.GetProperty("vision_file").GetString()}
              ckpt: {files.GetProperty("checkpoint_file").GetString()}
              image_size: 56
              lora_r: 8
            run:
              device: cpu
              output_dir: {_folder["out"]}
            """);

        var text = await CliRun.Of("bench", "load", "--cfg-path", recipe, "--repeat", "1");
        var json = await CliRun.Of("bench", "load", "--cfg-path", recipe, "--repeat", "2", "--warm", "--json");

        Assert.Equal((0, ""), (text.Code, text.Error));
        Assert.Contains("26 trained tensors taken", text.Output, StringComparison.Ordinal);
        Assert.Contains("17 not used: blocks.39 (13), norm (2), head (2)", text.Output, StringComparison.Ordinal);
        var timings = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(2, timings.GetArrayLength());
        var bytes = timings[0].GetProperty("bytes").GetInt64();
        var onDisk = timings[0].GetProperty("file_bytes").GetInt64();
        var unused = 2 * ModelTensors.Vision(ModelPreset.Miniature)
            .Where(tensor => tensor.Name.StartsWith("blocks.39", StringComparison.Ordinal)
                || tensor.Name.StartsWith("norm", StringComparison.Ordinal)
                || tensor.Name.StartsWith("head", StringComparison.Ordinal))
            .Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));

        // All but headers, and the small tensor that is interpolated before it is needed.
        Assert.InRange(onDisk - unused - bytes, 0, 200_000);
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_files()
    {
        foreach (var (folder, seed) in ((string, string)[])[("a", "1"), ("b", "1"), ("c", "2")])
        {
            var run = await CliRun.Of(
                "make-random", "--preset", "miniature", "--output", _folder[folder], "--seed", seed);
            Assert.Equal(0, run.Code);
        }

        var (first, again, other) = (Bytes("a"), Bytes("b"), Bytes("c"));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task With_clips_a_whole_run_can_be_tried()
    {
        var made = await CliRun.Of(
            "make-random", "--preset", "miniature", "--output", _folder["set"], "--clips", "6", "--json");
        Assert.Equal((0, ""), (made.Code, made.Error));
        var files = JsonDocument.Parse(made.Output).RootElement;
        var recipe = _folder["recipe.yaml"];
        File.WriteAllText(recipe, $"""
            model:
              llama_model: {files.GetProperty("llama_folder").GetString()}
              vit_model: {files.GetProperty("vision_file").GetString()}
              ckpt: {files.GetProperty("checkpoint_file").GetString()}
              image_size: 28
              max_txt_len: 1024
              lora_r: 8
            datasets:
              feature_face_caption:
                batch_size: 2
                build_info:
                  image_path: {files.GetProperty("frame_folder").GetString()}
                  ann_path: {files.GetProperty("annotation_file").GetString()}
                validation_file: {files.GetProperty("held_out_file").GetString()}
                task_pool: [reason_v2]
            run:
              device: cpu
              max_epoch: 1
              iters_per_epoch: 2
              sample_answers_interval: 0
              eval_clips: 0
              vision_cache: {_folder["vision"]}
              output_dir: {_folder["out"]}
            """);

        var report = await CliRun.Of("train", "--cfg-path", recipe, "--dry-run", "--json");
        var run = await CliRun.Of("train", "--cfg-path", recipe);

        Assert.Equal((0, ""), (report.Code, report.Error));
        var data = JsonDocument.Parse(report.Output).RootElement.GetProperty("data");
        Assert.Equal(5, data[0].GetProperty("clips").GetInt32());
        Assert.Equal(1, data[1].GetProperty("clips").GetInt32());
        Assert.InRange(data[0].GetProperty("tasks")[0].GetProperty("answer_tokens").GetProperty("longest").GetInt32(), 60, 256);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("of them waiting for data", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder["out"], "checkpoint_0.pth")));
    }

    private byte[] Bytes(string folder) => File.ReadAllBytes(new RandomModel(_folder[folder]).CheckpointFile);
}
