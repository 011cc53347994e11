using System.CommandLine;
using EmotionLlama.Pretraining;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>make-tiny</c>: makes the tiny model that the quickstart tunes.</summary>
internal static class MakeTinyVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var output = new Option<string>("--output")
        {
            Description = "The folder to write to.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => Path.Combine("models", "tiny"),
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Fixes all draws; the same seed gives the same files on the same kind of machine.",
            DefaultValueFactory = _ => 1,
        };
        var verb = new Command("make-tiny", "Makes the tiny model that the quickstart tunes, from a seed.") { output, seed };
        verb.SetAction((parsed, stop) =>
        {
            globals.LoadLibTorch(parsed);
            var asJson = parsed.GetValue(globals.Json);
            var lines = asJson ? TextWriter.Null : parsed.InvocationConfiguration.Output;
            var tiny = TinyModelMaker.Make(
                parsed.GetRequiredValue(output),
                new TinyModelSizes { Seed = parsed.GetRequiredValue(seed) },
                new LineProgress(lines),
                stop);
            if (asJson)
                parsed.WriteJson(new { tiny.Folder });
            else
                lines.WriteLine($"the tiny model is in {tiny.Folder}");

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private sealed class LineProgress(TextWriter lines) : IProgress<string>
    {
        public void Report(string value) => lines.WriteLine(value);
    }
}
