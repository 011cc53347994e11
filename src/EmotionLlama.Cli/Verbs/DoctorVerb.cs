using System.CommandLine;
using EmotionLlama.Runtime;
using Spectre.Console;

namespace EmotionLlama.Cli.Verbs;

/// <summary><c>doctor</c>: is this machine able, and what to do about what is missing.</summary>
internal static class DoctorVerb
{
    public static Command Create(GlobalOptions globals)
    {
        var output = new Option<string>("--output")
        {
            Description = "The folder that a run would write to.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => "output",
        };
        var verb = new Command("doctor", "Says what this machine offers, and what to do about what it lacks.")
        {
            output,
        };
        verb.SetAction(parsed =>
        {
            var report = MachineProbe.Inspect(parsed.GetValue(globals.LibTorchFolder), parsed.GetRequiredValue(output));
            if (parsed.GetValue(globals.Json))
                parsed.WriteJson(report);
            else
                Render(parsed.Console(), report);

            return report.Able ? ExitCode.Success : ExitCode.Failed;
        });
        return verb;
    }

    private static void Render(IAnsiConsole console, MachineReport report)
    {
        var table = new Grid().AddColumns(new GridColumn().NoWrap().PadRight(3), new GridColumn());
        Row("system", report.OperatingSystem);
        Row(".NET", report.Dotnet);
        Row("libtorch", Describe(report.Engine));
        if (report.Engine is { PatchedShim: { } shim })
            Row("", $"TorchSharp's shim patched for this system's libstdc++: {shim}");

        var cpu = report.Cpu;
        Row("processor", $"{cpu.Model}, {cpu.Cores} cores, {string.Join(' ', cpu.InstructionSets)}");
        Row("memory", ByteSize.Format(report.MemoryBytes));
        foreach (var gpu in report.Gpus)
            Row("GPU", $"{gpu.Name}, {ByteSize.Format(gpu.MemoryBytes)}, compute capability {gpu.ComputeCapability}");

        if (report.Gpus.Count == 0)
            Row("GPU", "none");

        Row("ffmpeg", report.Ffmpeg is { } ffmpeg ? $"{ffmpeg.Version} ({ffmpeg.Path})" : "none");
        Row("disk", $"{ByteSize.Format(report.DiskFreeBytes)} free for {report.OutputFolder}");
        console.Write(table);

        console.WriteLine();
        foreach (var line in report.Advice)
            console.MarkupLineInterpolated($"[yellow]![/] {line}");

        if (report.Able)
            console.MarkupLine("[green]ready[/]: try 'emotion-llama quickstart'");

        void Row(string name, string value) => table.AddRow(new Text(name, Color.Grey), new Text(value));
    }

    private static string Describe(EngineReport? engine) => engine switch
    {
        null => "none",
        { CudaLibraries: true } => $"{Versions(engine)}, {engine.CudaDevices} GPU(s) usable, {engine.Folder}",
        _ => $"{Versions(engine)}, CPU only, {engine.Threads} threads, {engine.Folder}",
    };

    private static string Versions(EngineReport engine) =>
        $"{engine.LibTorchVersion ?? "of unknown version"} through TorchSharp {engine.TorchSharpVersion}";
}
