using System.CommandLine;
using EmotionLlama.Checkpoints.Exporting;
using EmotionLlama.Configuration;
using EmotionLlama.Runtime;
using Spectre.Console;
using static TorchSharp.torch;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>export</c>: trained weights in the formats of other programs.</summary>
internal static class ExportVerb
{
    private static readonly Dictionary<string, ScalarType> DataTypes = new()
    {
        ["float32"] = ScalarType.Float32,
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
    };

    public static Command Create(GlobalOptions globals)
    {
        var checkpoint = new Argument<string>("CKPT")
        {
            Description = "The trained weights: a checkpoint, a safetensors file, or an adapter's folder of peft.",
        };
        var format = new Option<string>("--format")
        {
            Description = "peft: an adapter's folder; merged: a Llama's folder with LoRA added in; "
                + "pth: the original's checkpoint.",
            Required = true,
        };
        format.AcceptOnlyFromAmong([.. Enum.GetNames<ExportFormat>().Select(name => name.ToLowerInvariant())]);
        var output = new Option<string>("--output")
        {
            Description = "The file or folder to write; there must be none yet.",
            HelpName = "PATH",
            Required = true,
        };
        var recipe = RecipeOptions.OptionalRecipe(
            "The recipe of the run, for the Llama and LoRA's settings where the checkpoint does not name them.");
        var options = RecipeOptions.Overrides();
        var llama = new Option<string?>("--llama")
        {
            Description = "The Llama that was tuned: its folder, to merge into or to name in an adapter's settings.",
            HelpName = "FOLDER",
        };
        var alpha = new Option<double?>("--lora-alpha")
        {
            Description = "LoRA's alpha, where neither checkpoint nor recipe gives the right one.",
            HelpName = "NUMBER",
        };
        var type = new Option<string?>("--dtype")
        {
            Description = "Data type of a merged Llama. [default: that of each weight]",
        };
        type.AcceptOnlyFromAmong([.. DataTypes.Keys]);
        var verb = new Command("export", "Exports trained weights for peft, transformers or the original project.")
        {
            checkpoint, format, output, recipe, options, llama, alpha, type,
        };
        verb.SetAction((parsed, stop) =>
        {
            var request = new ExportRequest
            {
                Checkpoint = parsed.GetRequiredValue(checkpoint),
                Format = Enum.Parse<ExportFormat>(parsed.GetRequiredValue(format), ignoreCase: true),
                Output = parsed.GetRequiredValue(output),
                Recipe = ReadRecipe(parsed.GetValue(recipe), parsed.GetValue(options) ?? []),
                LlamaFolder = parsed.GetValue(llama),
                LoraAlpha = parsed.GetValue(alpha),
                DataType = parsed.GetValue(type) is { } name ? DataTypes[name] : null,
            };
            if (request.DataType is not null && request.Format != ExportFormat.Merged)
                throw new InputException("--dtype: is for --format merged; the others keep trained weights exactly");

            globals.LoadLibTorch(parsed);
            var asJson = parsed.GetValue(globals.Json);
            var report = CheckpointExporter.Export(
                request, new LineProgress(asJson ? TextWriter.Null : parsed.InvocationConfiguration.Output), stop);
            if (asJson)
                parsed.WriteJson(report);
            else
                Render(parsed.Console(), report);

            return Task.FromResult(ExitCode.Success);
        });
        return verb;
    }

    private static LoadedRecipe? ReadRecipe(string? path, string[] overrides) => path switch
    {
        not null => RecipeReader.Read(path, overrides),
        null when overrides.Length > 0 =>
            throw new InputException("--options: replaces values of a recipe; name it with --cfg-path"),
        _ => null,
    };

    private static void Render(IAnsiConsole console, ExportReport report)
    {
        console.WriteLine();
        var grid = new Grid().AddColumns(new GridColumn().NoWrap().PadRight(3), new GridColumn());
        Row("output", report.Output);
        if (report.Lora is { } lora)
        {
            Row("LoRA", FormattableString.Invariant(
                $"rank {lora.Rank}, alpha {lora.Alpha}, dropout {lora.Dropout} on {string.Join(", ", lora.Targets)}"));
        }

        if (report.Llama is { } llama)
            Row("Llama", llama);
        foreach (var note in report.Notes)
            Row("note", note);

        console.Write(grid);
        var table = new Table().Border(TableBorder.Simple).AddColumns("file", "size", "holds");
        foreach (var file in report.Files)
            table.AddRow(new Text(file.Name), new Text(ByteSize.Format(file.Bytes)), new Text(file.Holds));

        console.Write(table);

        void Row(string name, string value) => grid.AddRow(new Text(name, Color.Grey), new Text(value.Printable()));
    }

    private sealed class LineProgress(TextWriter lines) : IProgress<string>
    {
        public void Report(string value) => lines.WriteLine(value);
    }
}
