using System.CommandLine;
using System.Globalization;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>bench encode</c>: how fast the vision tower is.</summary>
internal static class BenchEncodeVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var preset = BenchOptions.Preset();
        var batch = CountOption.Create("--batch", "Pictures at once.", 8);
        var steps = CountOption.Create("--steps", "Batches to measure.", 10);
        var precision = BenchOptions.Precision();
        var device = BenchOptions.Device();
        var verb = new Command("encode", "Measures the vision tower with random weights.")
        {
            preset, batch, steps, precision, device,
        };
        verb.SetAction((parsed, stop) =>
        {
            globals.LoadLibTorch(parsed);
            var timing = EncodingBenchmark.Measure(
                new EncodingBenchmarkOptions
                {
                    Preset = BenchOptions.PresetOf(parsed, preset),
                    Batch = parsed.GetValue(batch),
                    Steps = parsed.GetValue(steps),
                    Precision = parsed.GetValue(precision),
                    Device = parsed.GetValue(device),
                },
                stop);
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(timing);
            else
                parsed.InvocationConfiguration.Output.WriteLine(Text(timing));

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private static string Text(EncodingTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"vision tower of {timing.Options.Preset.Name}, batch {timing.Options.Batch}: {timing.PicturesPerSecond:0.0} "
        + $"pictures/s; a batch {timing.BatchSeconds * 1000:0.0} ms ({timing.FastestSeconds * 1000:0.0} to "
        + $"{timing.SlowestSeconds * 1000:0.0}), the host busy for {timing.HostSeconds * 1000:0.0}; "
        + $"{timing.Flops / 1e12:0.0} TFLOP/s; {ByteSize.Format(timing.BytesInUse)} in use");
}
