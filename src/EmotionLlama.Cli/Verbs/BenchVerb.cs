using System.CommandLine;
using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>bench</c>: how fast this machine is.</summary>
internal static class BenchVerb
{
    public static Command Create(GlobalOptions globals) =>
        new("bench", "Measures how fast this machine is.") { Load(globals) };

    private static Command Load(GlobalOptions globals)
    {
        var recipe = RecipeOptions.Recipe();
        var options = RecipeOptions.Overrides();
        var repeat = new Option<int>("--repeat")
        {
            Description = "How often to measure.",
            DefaultValueFactory = _ => 3,
        };
        var warm = new Option<bool>("--warm")
        {
            Description = "Leave the files in the system's cache, instead of reading them from the disk each time.",
        };
        var verb = new Command(
            "load", "Loads a recipe's model, and compares with reading the same files and doing nothing with them.")
        {
            recipe, options, repeat, warm,
        };
        verb.SetAction((parsed, stop) =>
        {
            var loaded = RecipeReader.Read(parsed.GetRequiredValue(recipe), parsed.GetValue(options) ?? []);
            RecipeFiles.CheckModel(loaded);
            globals.LoadLibTorch(parsed);
            var asJson = parsed.GetValue(globals.Json);
            var output = parsed.InvocationConfiguration.Output;
            var timings = new List<LoadTiming>();
            for (var i = 0; i < Math.Max(1, parsed.GetValue(repeat)); i++)
            {
                Action<ModelLoadReport>? report = i > 0 || asJson
                    ? null
                    : files => output.WriteLine(string.Join('\n', files.ToLines()));
                timings.Add(LoadBenchmark.Measure(loaded.Recipe, !parsed.GetValue(warm), report, stop));
                if (!asJson)
                    output.WriteLine(Text(timings[^1]));
            }

            if (asJson)
                parsed.WriteJson(timings);

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private static string Text(LoadTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"loaded {ByteSize.Format(timing.Bytes)} in {timing.LoadSeconds:0.00} s: {timing.LoadRate / 1e6:0} MB/s; "
        + $"the files alone read at {timing.ReadRate / 1e6:0} MB/s, ratio {timing.Ratio:0.00}; host memory "
        + $"{ByteSize.Format(timing.HostBefore)} before, {ByteSize.Format(timing.HostPeak)} at most");
}
