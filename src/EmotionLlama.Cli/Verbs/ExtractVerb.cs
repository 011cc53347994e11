using System.CommandLine;
using EmotionLlama.Cli.Rendering;
using EmotionLlama.Configuration;
using EmotionLlama.Extraction;
using EmotionLlama.Workflows;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>extract</c>: clips → frames and features on disk.</summary>
internal static class ExtractVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var clips = new Argument<string[]>("CLIPS")
        {
            Description = "Folders of clips, and clips, in any container that ffmpeg reads.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output")
        {
            Description = "The folder that gets frames, HL-UTT, mae_340_UTT and maeV_399_UTT.",
            HelpName = "FOLDER",
            Required = true,
        };
        var names = new Option<string?>("--names")
        {
            Description = "Only the clips that this file names, such as an annotation file. [default: all]",
            HelpName = "FILE",
        };
        var device = new Option<string?>("--device")
        {
            Description = "Where the encoders compute: cpu, cuda or cuda:N. [default: a GPU where there is one]",
            HelpName = "DEVICE",
        };
        var precision = new Option<Amp>("--amp")
        {
            Description = "The encoders' precision: fp32, bf16 or fp16.",
            DefaultValueFactory = _ => Amp.Fp32,
        };
        var workers = new Option<int?>("--workers")
        {
            Description = "Clips that are decoded side by side. [default: one a core, at most 8]",
            HelpName = "COUNT",
        };
        var overwrite = new Option<bool>("--overwrite")
        {
            Description = "Make anew what an earlier extraction made.",
        };
        var what = new ExtractOptions();
        var verb = new Command("extract", "Makes frames and features of clips, in the layout of the MERR data.")
        {
            clips, output, names,
        };
        what.AddTo(verb);
        foreach (var option in (Option[])[device, precision, workers, overwrite])
            verb.Add(option);

        verb.SetAction((parsed, stop) =>
        {
            var (features, recipeDevice) = what.Read(parsed);
            var request = new ExtractionRequest
            {
                Clips = ClipSelection.Find(parsed.GetRequiredValue(clips), parsed.GetValue(names)),
                Output = parsed.GetRequiredValue(output),
                Features = features,
                Overwrite = parsed.GetValue(overwrite),
            };
            if (parsed.GetValue(workers) is { } count)
            {
                request = request with
                {
                    Workers = count is > 0 and <= 256
                        ? count
                        : throw new InputException($"--workers {count}: give a number from 1 to 256"),
                };
            }

            // A mistake is told before libtorch is loaded.
            ClipExtractor.Check(features);
            globals.LoadLibTorch(parsed);
            var chosen = ComputeDevice.Choose(parsed.GetValue(device) ?? recipeDevice);
            var extraction = new ClipExtraction(
                request with { Dtype = ComputeDevice.Precision(parsed.GetValue(precision), chosen) });
            ExtractionReport report;
            if (parsed.GetValue(globals.Json))
            {
                report = extraction.Run(chosen, progress: null, stop);
                parsed.WriteJson(report);
            }
            else
            {
                report = ExtractionView.Show(
                    parsed.Console(), progress => extraction.Run(chosen, progress, stop));
            }

            return Task.FromResult(report.Failures.Count > 0 ? ExitCode.Failed : ExitCode.Success);
        });
        return verb;
    }
}
