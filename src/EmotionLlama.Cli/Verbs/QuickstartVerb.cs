using System.CommandLine;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>quickstart</c>: the whole story on built-in data and a tiny model.</summary>
internal static class QuickstartVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var output = new Option<string>("--output")
        {
            Description = "The folder for data, checkpoint, report and summary.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => Path.Combine("output", "quickstart"),
        };
        var clips = new Option<int>("--clips")
        {
            Description = "Training clips; a third as many, but at least 90, are held out.",
            DefaultValueFactory = _ => new QuickstartOptions { OutputFolder = "" }.Clips,
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Fixes the clips and everything that is drawn.",
            DefaultValueFactory = _ => new QuickstartOptions { OutputFolder = "" }.Seed,
        };
        var verb = new Command(
            "quickstart", "Tunes a tiny Emotion-LLaMA on synthetic clips and shows what it learned, in a minute or two.")
        {
            output, clips, seed,
        };
        verb.SetAction((parsed, stop) =>
        {
            var options = new QuickstartOptions
            {
                OutputFolder = parsed.GetRequiredValue(output),
                Clips = parsed.GetRequiredValue(clips),
                Seed = parsed.GetRequiredValue(seed),
            };
            options.Validate();
            globals.LoadLibTorch(parsed);
            var asJson = parsed.GetValue(globals.Json);
            IQuickstartObserver view = asJson ? new SilentQuickstartView() : new QuickstartView(parsed.Console());
            var summary = new QuickstartWorkflow(options, view).Run(stop);
            if (asJson)
                parsed.WriteJson(summary);
            else
                QuickstartView.RenderSummary(parsed.Console(), summary);

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private sealed class SilentQuickstartView : IQuickstartObserver;
}
