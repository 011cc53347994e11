using System.CommandLine;
using EmotionLlama.Pretraining;
using static TorchSharp.torch;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>make-random</c>: a model of full size with random weights.</summary>
internal static class MakeRandomVerb
{
    private static readonly Dictionary<string, ScalarType> DataTypes = new()
    {
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
    };

    public static Command Create(GlobalOptions globals)
    {
        var output = new Option<string>("--output")
        {
            Description = "The folder to write to.",
            HelpName = "FOLDER",
            Required = true,
        };
        var preset = new Option<string>("--preset")
        {
            Description = "The sizes; llama-2-7b takes 16 GB.",
            DefaultValueFactory = _ => ModelPreset.Llama2With7B.Name,
        };
        preset.AcceptOnlyFromAmong([.. ModelPreset.All.Select(known => known.Name)]);
        var type = new Option<string>("--dtype")
        {
            Description = "Data type of the Llama's weights.",
            DefaultValueFactory = _ => "float16",
        };
        type.AcceptOnlyFromAmong([.. DataTypes.Keys]);
        var seed = new Option<long>("--seed") { Description = "Fixes all values.", DefaultValueFactory = _ => 1 };
        var clips = new Option<int>("--clips")
        {
            Description = "Clips of a made-up data set to write beside it, to try whole runs; 0 writes none.",
        };
        var verb = new Command(
            "make-random", "Writes a model of full size with random weights, to try speed and memory.")
        {
            output, preset, type, seed, clips,
        };
        verb.SetAction((parsed, stop) =>
        {
            globals.LoadLibTorch(parsed);
            var made = RandomModelMaker.Make(
                parsed.GetRequiredValue(output),
                ModelPreset.All.First(known => known.Name == parsed.GetRequiredValue(preset)),
                DataTypes[parsed.GetRequiredValue(type)],
                parsed.GetRequiredValue(seed),
                stop);
            var data = parsed.GetValue(clips) == 0
                ? null
                : RandomDataMaker.Make(
                    Path.Combine(parsed.GetRequiredValue(output), "data"),
                    parsed.GetValue(clips),
                    Path.Combine(made.LlamaFolder, "tokenizer.model"),
                    parsed.GetRequiredValue(seed),
                    stop);
            if (parsed.GetValue(globals.Json))
            {
                parsed.WriteJson(new
                {
                    made.LlamaFolder,
                    made.VisionFile,
                    made.CheckpointFile,
                    data?.AnnotationFile,
                    data?.HeldOutFile,
                    data?.FrameFolder,
                });
                return Task.FromResult(ExitCode.Success);
            }

            var lines = parsed.InvocationConfiguration.Output;
            lines.WriteLine($"model.llama_model: {made.LlamaFolder}");
            lines.WriteLine($"model.vit_model: {made.VisionFile}");
            lines.WriteLine($"model.ckpt: {made.CheckpointFile}");
            if (data is not null)
            {
                lines.WriteLine($"datasets.*.build_info.image_path: {data.FrameFolder}");
                lines.WriteLine($"datasets.*.build_info.ann_path: {data.AnnotationFile}");
                lines.WriteLine($"datasets.*.validation_file: {data.HeldOutFile}");
            }

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }
}
