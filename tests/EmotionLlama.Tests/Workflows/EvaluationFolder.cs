using EmotionLlama.Pretraining;
using EmotionLlama.Tests.Cli;

namespace EmotionLlama.Tests.Workflows;

/// <summary>A folder with clips, and a recipe that asks the shipped tiny model about the held-out ones, two at a time.
/// </summary>
internal sealed class EvaluationFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EvaluationFolder(SmallWorld world)
    {
        world.CopyTo(Data);
        File.WriteAllText(Recipe, $"""
            model:
              llama_model: {TinyModel.Shipped.LlamaFolder}
              vit_model: {TinyModel.Shipped.VisionFile}
              image_size: 112
              lora_r: 4
            datasets:
              world:
                build_info:
                  image_path: {Path.Combine(Data, "frames")}
                  ann_path: {Path.Combine(Data, "world_train.txt")}
                task_pool: [reason_v2]
            evaluation_datasets:
              held_out:
                eval_file_path: {TestFile}
                img_path: {Path.Combine(Data, "frames")}
                max_new_tokens: 24
                batch_size: 2
            run:
              seed: 5
              device: cpu
              threads: 1
              output_dir: {_folder["output"]}
            """);
    }

    public string Recipe => _folder["recipe.yaml"];

    public string Data => _folder["data"];

    public string TestFile => Path.Combine(Data, "world_held_out.txt");

    /// <summary>A path in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>A file of the results.</summary>
    public string Result(string name, string folder = "output/evaluation") =>
        Path.Combine(_folder[folder], "held_out", name);

    /// <summary>Runs <c>evaluate --json</c> with further arguments.</summary>
    public Task<CliRun> EvaluateAsync(params string[] arguments) =>
        CliRun.Of(["evaluate", "--json", "--cfg-path", Recipe, .. arguments]);

    /// <summary>All results but the logs, by their names.</summary>
    public IReadOnlyDictionary<string, string> Results(string folder = "output/evaluation") =>
        Directory.EnumerateFiles(Path.Combine(_folder[folder], "held_out"))
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    public void Dispose() => _folder.Dispose();
}
