using System.CommandLine;
using EmotionLlama.Configuration;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Cli.Verbs;

/// <summary>The options that several benchmarks have.</summary>
internal static class BenchOptions
{
    public static Option<string> Preset()
    {
        var preset = new Option<string>("--preset")
        {
            Description = "The sizes of the model.",
            DefaultValueFactory = _ => ModelPreset.Llama2With7B.Name,
        };
        preset.AcceptOnlyFromAmong([.. ModelPreset.All.Select(known => known.Name)]);
        return preset;
    }

    public static ModelPreset PresetOf(ParseResult parsed, Option<string> option) =>
        ModelPreset.All.First(known => known.Name == parsed.GetRequiredValue(option));

    public static Option<Amp> Precision() => new("--precision")
    {
        Description = "auto, fp32, bf16 or fp16.",
        DefaultValueFactory = _ => Amp.Auto,
    };

    public static Option<string?> Device() =>
        new("--device") { Description = "cuda, cuda:N or cpu.", HelpName = "DEVICE" };
}
