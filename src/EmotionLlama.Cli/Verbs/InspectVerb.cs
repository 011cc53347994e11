using System.CommandLine;
using EmotionLlama.Checkpoints;
using EmotionLlama.Checkpoints.Inspection;
using EmotionLlama.Runtime;
using Spectre.Console;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>inspect</c>: what is in a file or folder of weights, and what it can be used for.</summary>
internal static class InspectVerb
{
    private const int ShownTensors = 20;
    private const int ShownConfig = 250;

    public static Command Create(GlobalOptions globals)
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A safetensors file, a PyTorch checkpoint, or a folder of transformers or peft.",
        };
        var all = new Option<bool>("--all")
        {
            Description = $"List all tensors, not the first {ShownTensors} only.",
        };
        var verb = new Command("inspect", "Says what is in a file or folder of weights, and what it can be used for.")
        {
            path, all,
        };
        verb.SetAction(parsed =>
        {
            var report = WeightInspector.Inspect(parsed.GetRequiredValue(path));
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(report);
            else
                Render(parsed.Console(), report, parsed.GetValue(all) ? int.MaxValue : ShownTensors);

            return ExitCode.Success;
        });
        return verb;
    }

    private static void Render(IAnsiConsole console, InspectionReport report, int shownTensors)
    {
        var grid = new Grid().AddColumns(new GridColumn().NoWrap().PadRight(3), new GridColumn());
        Row("path", report.Path);
        Row("kind", Describe(report.Kind));
        Row("size", ByteSize.Format(report.Bytes));
        Row("tensors", $"{report.Tensors.Count}, of {report.Parameters:N0} parameters");
        foreach (var (type, count) in report.ParametersByType)
            Row("", $"{count:N0} of {type}");

        if (report.Entries.Count > 0)
            Row("holds", string.Join(", ", report.Entries));
        if (report.Epoch is { } epoch)
            Row("epoch", $"{epoch}");
        foreach (var part in report.AverageOf)
            Row("average of", $"{part.File}{(part.Epoch is { } of ? $", epoch {of}" : "")}: {100 * part.Share:0.#} %");

        if (report.Lora is { } lora)
            Row("LoRA", Describe(lora));
        if (report.Projections.Count > 0)
            Row("projections", string.Join(", ", report.Projections));
        if (report.OptimizerStates is { } states)
            Row("optimizer", $"moments of {states} parameters");

        foreach (var (key, value) in report.Metadata)
            Row("metadata", $"{key}: {value}");
        if (report.Config?.ToJsonString() is { } config)
            Row("config", config.Length <= ShownConfig ? config : $"{config[..ShownConfig]}… (all of it with --json)");

        foreach (var use in report.Uses)
            grid.AddRow(new Text("good for", Color.Grey), new Text(Describe(use), Color.Green));
        if (report.Uses.Count == 0)
            grid.AddRow(new Text("good for", Color.Grey), new Text("nothing here", Color.Yellow));
        foreach (var lack in report.Missing)
            grid.AddRow(new Text("missing", Color.Grey), new Text(lack, Color.Yellow));

        foreach (var note in report.Notes)
            Row("note", note);

        console.Write(grid);
        console.Write(TensorTable(report.Tensors.Take(shownTensors)));
        var hidden = report.Tensors.Count - shownTensors;
        if (hidden > 0)
            console.MarkupLineInterpolated($"[grey]… and {hidden} more; --all lists them[/]");

        void Row(string name, string value) => grid.AddRow(new Text(name, Color.Grey), new Text(value.Printable()));
    }

    private static Table TensorTable(IEnumerable<TensorDescription> tensors)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("tensor", "type", "shape");
        foreach (var tensor in tensors)
        {
            table.AddRow(
                new Text(tensor.Name.Printable()),
                new Text(tensor.DataType),
                new Text($"[{string.Join(", ", tensor.Shape)}]"));
        }

        return table;
    }

    private static string Describe(StoredKind kind) => kind switch
    {
        StoredKind.Safetensors => "safetensors file",
        StoredKind.TorchZip => "PyTorch checkpoint (zip format)",
        StoredKind.TorchLegacy => "PyTorch checkpoint (format before 1.6)",
        StoredKind.HuggingFaceFolder => "folder of Hugging Face's transformers",
        _ => "adapter's folder of peft",
    };

    private static string Describe(LoraDescription lora) =>
        $"rank {string.Join(" and ", lora.Ranks)} on {string.Join(", ", lora.Targets)} in {lora.Layers} layers";

    private static string Describe(WeightUse use) => use switch
    {
        WeightUse.StartingPoint => "a start of training or answering: model.ckpt",
        WeightUse.Resume => "going on with its run: run.resume_ckpt_path",
        WeightUse.Llama => "the frozen Llama: model.llama_model",
        WeightUse.VisionTower => "the frozen vision tower: model.vit_model",
        WeightUse.VoiceEncoder => "making voice features (HL-UTT): features.hubert, --hubert",
        WeightUse.FaceEncoder => "making FaceMAE features (mae_340_UTT): features.face_mae, --face-mae",
        _ => "making VideoMAE features (maeV_399_UTT): features.video_mae, --video-mae",
    };
}
