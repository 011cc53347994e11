using System.CommandLine;
using System.Globalization;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>bench generate</c>: how fast a model answers.</summary>
internal static class BenchGenerateVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var preset = BenchOptions.Preset();
        var batch = CountOption.Create("--batch", "Prompts at once.", 1);
        var prompt = CountOption.Create("--prompt", "Tokens of a prompt, with its inserted embeddings.", 330);
        var tokens = CountOption.Create("--tokens", "Tokens of an answer.", 200);
        var steps = CountOption.Create("--steps", "Times to answer.", 5);
        var precision = BenchOptions.Precision();
        var device = BenchOptions.Device();
        var verb = new Command("generate", "Measures greedy answers of a model of full size with random weights.")
        {
            preset, batch, prompt, tokens, steps, precision, device,
        };
        verb.SetAction((parsed, stop) =>
        {
            globals.LoadLibTorch(parsed);
            var timing = GenerationBenchmark.Measure(
                new GenerationBenchmarkOptions
                {
                    Preset = BenchOptions.PresetOf(parsed, preset),
                    Batch = parsed.GetValue(batch),
                    PromptTokens = parsed.GetValue(prompt),
                    Tokens = parsed.GetValue(tokens),
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

    private static string Text(GenerationTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"{timing.Options.Preset.Name}, batch {timing.Options.Batch}: {timing.TokensPerSecond:0.0} tokens/s; answers of "
        + $"{timing.Options.Tokens} tokens {timing.AnswerSeconds * 1000:0} ms ({timing.FastestSeconds * 1000:0} to "
        + $"{timing.SlowestSeconds * 1000:0}), the first token after {timing.FirstTokenSeconds * 1000:0.0}, then "
        + $"{timing.DecodedPerSecond:0.0} tokens/s, {timing.StepSeconds * 1000:0.00} ms each: "
        + $"{100 * timing.ShareOfMemoryRate:0} % of what the memory's {timing.MemoryRate / 1e9:0} GB/s allow; "
        + $"{ByteSize.Format(timing.BytesInUse)} in use");
}
