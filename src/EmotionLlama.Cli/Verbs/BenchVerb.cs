using System.CommandLine;
using System.Globalization;
using EmotionLlama.Checkpoints;
using EmotionLlama.Cli.Ranks;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>bench</c>: how fast this machine is.</summary>
internal static class BenchVerb
{
    public static Command Create(GlobalOptions globals) =>
        new("bench", "Measures how fast this machine is.")
        {
            BenchEncodeVerb.Create(globals), BenchGenerateVerb.Create(globals), Load(globals), Train(globals),
        };

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

    private static Command Train(GlobalOptions globals)
    {
        var preset = BenchOptions.Preset();
        var batch = CountOption.Create("--batch", "Samples of a step.", 4);
        var tokens = CountOption.Create("--tokens", "Tokens of a sample, with its 260 inserted embeddings.", 480);
        var answer = CountOption.Create("--answer-tokens", "Answer tokens of a sample.", 150);
        var steps = CountOption.Create("--steps", "Steps to measure.", 10);
        var warmUp = CountOption.Create(
            "--warm-up", "Steps before the first one that is measured; the runtime compiles hot code anew for some seconds.", 10);
        var precision = BenchOptions.Precision();
        var frozen = new Option<FrozenFormat>("--frozen")
        {
            Description = "How the frozen matrices are stored: auto (as --precision says), fp8 or nf4.",
        };
        var checkpoint = new Option<GradCheckpoint>("--grad-checkpoint")
        {
            Description = "Activations that are computed again: none, selective or full.",
        };
        var vision = new Option<bool>("--encode-images")
        {
            Description = "Run the vision tower in each step, as without a vision cache.",
        };
        var losses = new Option<string?>("--losses")
        {
            Description = "Write the loss of each step to this file, one a line. Every step then has samples of its own, the "
                + "same in every run, that follow a rule.",
            HelpName = "FILE",
        };
        var rate = new Option<double>("--learning-rate")
        {
            Description = "The learning rate.",
            DefaultValueFactory = _ => 1e-5,
        };
        var dropout = new Option<double>("--dropout")
        {
            Description = "LoRA's dropout; 0 to compare the losses of several ranks with those of one.",
            DefaultValueFactory = _ => 0.05,
        };
        var device = BenchOptions.Device();
        var threads = new Option<int?>("--threads") { Description = "Threads of one operation on a CPU." };
        var ranks = new RankOptions();
        var verb = new Command("train", "Measures stage 2 on a model of full size with random weights.")
        {
            preset, batch, tokens, answer, steps, warmUp, precision, frozen, checkpoint, vision, losses, rate, dropout, device,
            threads,
        };
        ranks.AddTo(verb);
        verb.SetAction((parsed, stop) =>
            RankedRun.RunAsync(parsed, ranks, (job, either) => Run(parsed, job, either), stop));
        return verb;

        void Run(ParseResult parsed, RankJob job, CancellationToken stop)
        {
            using var group = job.Connect(parsed.GetValue(device), globals.LoadLibTorch(parsed));
            var timing = TrainingBenchmark.Measure(
                new TrainingBenchmarkOptions
                {
                    Preset = BenchOptions.PresetOf(parsed, preset),
                    Batch = parsed.GetValue(batch),
                    Tokens = parsed.GetValue(tokens),
                    AnswerTokens = parsed.GetValue(answer),
                    Steps = parsed.GetValue(steps),
                    WarmUp = parsed.GetValue(warmUp),
                    Precision = parsed.GetValue(precision),
                    Frozen = parsed.GetValue(frozen),
                    Checkpoint = parsed.GetValue(checkpoint),
                    EncodesImages = parsed.GetValue(vision),
                    Dropout = parsed.GetValue(dropout),
                    VariesBatches = parsed.GetValue(losses) is not null,
                    LearningRate = parsed.GetValue(rate),
                    Device = parsed.GetValue(device),
                    Threads = parsed.GetValue(threads),
                },
                group,
                stop);
            if (!job.IsFirst)
                return;

            if (parsed.GetValue(losses) is { } path)
                AtomicFile.WriteText(path, Lines(timing.Losses));

            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(timing);
            else
                parsed.InvocationConfiguration.Output.WriteLine(Text(timing));
        }
    }

    private static string Lines(IReadOnlyList<double> losses) => string.Concat(
        losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss:0.000000}\n")));

    private static string Text(TrainingTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"{timing.Options.Preset.Name}, batch {timing.Options.Batch}: {timing.SamplesPerSecond:0.00} samples/s; a step "
        + $"{timing.StepSeconds * 1000:0.0} ms ({timing.FastestSeconds * 1000:0.0} to "
        + $"{timing.SlowestSeconds * 1000:0.0}); {timing.Flops / 1e12:0} TFLOP/s; "
        + $"{ByteSize.Format(timing.BytesInUse)} in use, estimated "
        + $"{ByteSize.Format(timing.BytesEstimated)}; loss {timing.Loss:0.000}")
        + (timing.Exchange is { } exchange ? $"\n{Text(exchange)}" : "");

    private static string Text(ExchangeTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"{timing.Ranks} ranks, {timing.Carrier}: {ByteSize.Format(timing.Bytes)} of gradients, "
        + $"{timing.AloneSeconds * 1000:0.00} ms alone; a step without exchange {timing.StepWithoutSeconds * 1000:0.0} ms, "
        + $"with it {timing.StepSeconds * 1000:0.0} ms: ")
        + (timing.BesideBackward
            ? string.Create(CultureInfo.InvariantCulture, $"{timing.HiddenShare:0 %} of it hidden behind the backward pass")
            : "at the end of the backward pass, since the link is fast");

    private static string Text(LoadTiming timing) => string.Create(
        CultureInfo.InvariantCulture,
        $"loaded {ByteSize.Format(timing.Bytes)} in {timing.LoadSeconds:0.00} s: {timing.LoadRate / 1e6:0} MB/s; "
        + $"the files alone read at {timing.ReadRate / 1e6:0} MB/s, ratio {timing.Ratio:0.00}; host memory "
        + $"{ByteSize.Format(timing.HostBefore)} before, {ByteSize.Format(timing.HostPeak)} at most");
}
