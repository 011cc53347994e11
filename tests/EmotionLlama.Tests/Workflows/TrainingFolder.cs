using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Cli;

namespace EmotionLlama.Tests.Workflows;

/// <summary>A folder with clips, and a recipe that tunes the shipped tiny model on them in two epochs of three steps.
/// </summary>
internal sealed class TrainingFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainingFolder(SmallWorld world)
    {
        world.CopyTo(Data);
        File.WriteAllText(Recipe, $"""
            model:
              llama_model: {TinyModel.Shipped.LlamaFolder}
              vit_model: {TinyModel.Shipped.VisionFile}
              image_size: 112
              max_txt_len: 160
              lora_r: 4
              lora_dropout: 0.1
            datasets:
              world:
                batch_size: 2
                build_info:
                  image_path: {Path.Combine(Data, "frames")}
                  ann_path: {Annotations}
                task_pool: [reason_v2]
            run:
              init_lr: 1e-3
              min_lr: 1e-4
              warmup_steps: 0
              max_epoch: 2
              iters_per_epoch: 3
              num_workers: 1
              seed: 5
              device: cpu
              log_freq: 1
              sample_answers_interval: 0
              output_dir: {Output}
            """);
    }

    public string Recipe => _folder["recipe.yaml"];

    public string Data => _folder["data"];

    public string Annotations => Path.Combine(Data, "world_train.txt");

    public string Output => _folder["output"];

    /// <summary>A path in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>The name of a clip to learn from.</summary>
    public static string Clip(int index) => string.Create(CultureInfo.InvariantCulture, $"world_00042_{index:D7}");

    /// <summary>Runs <c>train --json</c> with values that replace those of the recipe.</summary>
    public Task<CliRun> TrainAsync(params string[] options) => TrainAsync(options, []);

    /// <summary>The same with further arguments, stopped after a step.</summary>
    public Task<CliRun> TrainAsync(string[] options, string[] arguments, int? stopAfterStep = null) => CliRun.Of(
        ["train", "--json", "--cfg-path", Recipe, .. arguments, .. options.Length > 0 ? ["--options", .. options] : options],
        stopAfterStep);

    /// <summary>A file of the output folder.</summary>
    public string OutputFile(string name) => Path.Combine(Output, name);

    /// <summary>All weights of a checkpoint, bit by bit.</summary>
    public static IReadOnlyDictionary<string, byte[]> Weights(string checkpoint)
    {
        using var source = TorchCheckpoint.Open(checkpoint);
        return source.Names.ToDictionary(name => name, name =>
        {
            using var weight = source.Read(name);
            return weight.bytes.ToArray();
        });
    }

    public void Dispose() => _folder.Dispose();
}
